import { CodedError, mediaLinkQuerySchema } from '@multiwa/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Authenticator, requireScope } from '../../auth/authenticate.js';
import { presentedKey } from '../../http/authentication.js';
import { binary, describe } from '../../http/describe.js';
import { readRange } from '../../media/byte-range.js';
import { contentHeaders } from '../../media/content-headers.js';
import type { MediaUseCase, Opener } from '../../use-cases/media.js';
import type { App } from '../route-types.js';
import { mediaParams } from './params.js';

const schema = describe({
  tag: 'Media',
  summary: 'Open a file',
  description:
    'Through the link that came with the media, without a key; or with an API key of its workspace, without expires and signature. One range of bytes may be asked for, which is answered with 206. It is served so that nothing in it runs in a browser.',
  params: mediaParams,
  querystring: mediaLinkQuerySchema,
  answers: { 200: { description: 'The file.', content: { 'application/octet-stream': { schema: binary } } } },
  problems: ['media_link_invalid', 'media_not_found', 'media_not_ready', 'media_gone', 'range_not_satisfiable'],
});

/** The one call that a link opens too, so that it looks for the key by itself. */
export function mediaContentRoute(app: App, media: MediaUseCase, authenticator: Authenticator): void {
  app.get('/media/:mediaId/content', { schema }, async (request, typedReply) => {
    // A part has a status of its own, and neither goes through a serializer.
    const reply: FastifyReply = typedReply;
    const { expires, signature, download } = request.query;
    const opener =
      expires !== undefined && signature !== undefined
        ? { expires, signature }
        : await callerOfKey(request, authenticator);
    const file = await media.open(request.params.mediaId, opener);
    const range = readRange(request.headers.range, file.bytes);
    reply.headers(contentHeaders({ ...file, isDownload: download === 'true' }));
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${file.bytes}`).removeHeader('cache-control');
      throw new CodedError('range_not_satisfiable');
    }
    if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
    reply.header('content-length', range ? range.end - range.start + 1 : file.bytes);
    return reply.send(await file.read(range));
  });
}

async function callerOfKey(request: FastifyRequest, authenticator: Authenticator): Promise<Opener> {
  const caller = await authenticator.authenticate(presentedKey(request));
  requireScope(caller, 'messages:read');
  return caller;
}
