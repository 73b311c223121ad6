import { forwardMessageSchema, messageSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { idempotencyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import type { ForwardMessageUseCase } from '../../use-cases/forward-message.js';
import { type App, profileChild } from '../route-types.js';
import { sendProblems } from './send-problems.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Forward a message',
  description:
    'Sends what a received or sent message says to somebody else, with WhatsApp’s mark of a forwarded message. A file goes as it is stored here, while its state is READY. Polls and albums belong to their chat and are not forwarded; the files of an album are, one by one.',
  params: profileChild('messageId'),
  body: forwardMessageSchema,
  answers: { 202: messageSchema },
  problems: [
    ...sendProblems,
    'message_not_found',
    'message_not_forwardable',
    'media_not_ready',
    'media_gone',
    'media_type_mismatch',
    'media_too_large',
  ],
  idempotent: true,
});

export function forwardMessageRoute(app: App, forwardMessage: ForwardMessageUseCase): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/messages/:messageId/forward', { schema, config }, async (request, reply) => {
    const { messageId } = request.params;
    const asked = idempotencyOf(request);
    const { message, replayed } = await forwardMessage(scopeOf(request), messageId, request.body, asked);
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(202).send(message);
  });
}
