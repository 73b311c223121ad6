import multipart from '@fastify/multipart';
import { CodedError, mediaObjectSchema, uploadMediaQuerySchema } from '@multiwa/contracts';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describe } from '../../http/describe.js';
import { idempotencyKeyOf, replayedHeader } from '../../http/idempotency.js';
import { callerOf } from '../../http/request-context.js';
import type { MediaUseCase } from '../../use-cases/media.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Media',
  summary: 'Upload a file',
  description:
    'One file as multipart/form-data, in the field `file`. It is streamed to the storage; its type is what its bytes say. With `type` a file that cannot be sent as that kind is refused. The id can be sent any number of times, by every profile of this workspace. With an Idempotency-Key the same file is taken in once; another file under the same key is refused, once it has come in.',
  querystring: uploadMediaQuerySchema,
  fileBody: true,
  answers: { 201: mediaObjectSchema },
  problems: ['payload_too_large', 'unsupported_media_type', 'media_type_mismatch'],
  idempotent: true,
});

/** In a scope of its own: only here a body may be multipart, and nothing else. */
export function uploadMediaRoute(app: App, media: MediaUseCase): void {
  app.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    // The use case counts by itself: the limit depends on the kind.
    await scope.register(multipart, { limits: { files: 1, fields: 10, fileSize: Number.MAX_SAFE_INTEGER } });
    scope.post('/media', { schema, config: { scope: 'messages:write' } }, async (request, reply) => {
      if (!request.isMultipart()) {
        throw new CodedError('unsupported_media_type', { detail: 'Send the file as multipart/form-data.' });
      }
      const part = await request.file();
      if (!part) throw new CodedError('validation_failed', { detail: 'There is no file in the body.' });
      // Kept open on a refusal: destroying the body would end the connection before the answer is sent.
      const body = part.file.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      const incoming = { body, declaredType: part.mimetype, fileName: part.filename };
      const how = { type: request.query.type, key: idempotencyKeyOf(request) };
      const uploaded = await media.upload(callerOf(request).workspaceId, incoming, how);
      if (uploaded.isRepeated) reply.header(replayedHeader, 'true');
      return reply.code(201).send(uploaded.media);
    });
  });
}
