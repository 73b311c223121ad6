import { albumSchema, sendAlbumSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { idempotencyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import type { SendAlbumUseCase } from '../../use-cases/send-album.js';
import { type App, profileParams } from '../route-types.js';
import { sendProblems } from './send-problems.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Send an album',
  description:
    'Several pictures and films that phones show as one. All of it is accepted, or nothing: a message of type ALBUM that announces it, and a message for each file, which carries the albumId. They leave in their order, and each has a status of its own; what is cancelled or fails is missing in the album.',
  params: profileParams,
  body: sendAlbumSchema,
  answers: { 202: albumSchema },
  problems: [
    ...sendProblems,
    'referred_message_unknown',
    'media_not_found',
    'media_not_ready',
    'media_gone',
    'media_type_mismatch',
    'media_too_large',
    'media_fetch_failed',
    'url_not_allowed',
  ],
  idempotent: true,
});

export function sendAlbumRoute(app: App, sendAlbum: SendAlbumUseCase): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/albums', { schema, config }, async (request, reply) => {
    const { album, replayed } = await sendAlbum(scopeOf(request), request.body, idempotencyOf(request));
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(202).send(album);
  });
}
