import { mediaObjectSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { MediaUseCase } from '../../use-cases/media.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Media',
  summary: 'Fetch the file of a received message once more',
  description:
    'For a file that is EXPIRED or FAILED: it is PENDING from now on, and `message.media` says what becomes of it. The sender’s file is asked for at the phone where WhatsApp keeps it no longer. A file that is READY stays as it is.',
  params: profileChild('messageId'),
  answers: { 202: mediaObjectSchema },
  problems: [
    'profile_not_found',
    'message_not_found',
    'media_not_found',
    'media_gone',
    'profile_not_connected',
    'ask_timeout',
  ],
});

export function refetchMediaRoute(app: App, media: MediaUseCase): void {
  app.post(
    '/profiles/:profileId/messages/:messageId/media/refetch',
    { schema, config: { scope: 'messages:write' } },
    async (request, reply) => reply.code(202).send(await media.refetch(scopeOf(request), request.params.messageId)),
  );
}
