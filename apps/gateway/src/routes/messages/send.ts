import { messageSchema, sendMessageSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { hashRequest, idempotencyKeyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import type { SendMessageUseCase } from '../../use-cases/send-message.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Send a message',
  description:
    '202 means that the message is kept: it ends SENT (and onwards) or FAILED with a reason. Messages to one chat leave in the order in which they were accepted. With sendAt it waits, and can be cancelled, until then; with expiresAt it ends FAILED rather than being sent later than that. Someone who has opted out is not written to unless ignoreOptOut says so. queuedAhead says about how many messages of this profile wait before it; when too many do, the answer is 429 with Retry-After.',
  params: profileParams,
  body: sendMessageSchema,
  answers: { 202: messageSchema },
  problems: [
    'profile_not_found',
    'recipient_invalid',
    'send_at_past',
    'send_at_too_far',
    'expires_at_past',
    'not_supported_by_engine',
    'profile_restricted',
    'recipient_opted_out',
    'queue_full',
  ],
  idempotent: true,
});

export function sendMessageRoute(app: App, sendMessage: SendMessageUseCase): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/messages', { schema, config }, async (request, reply) => {
    const key = idempotencyKeyOf(request);
    const idempotency = key === undefined ? undefined : { key, requestHash: hashRequest(request) };
    const { message, replayed } = await sendMessage(scopeOf(request), request.body, idempotency);
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(202).send(message);
  });
}
