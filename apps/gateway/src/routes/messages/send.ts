import { messageSchema, sendMessageSchema, sendQuerySchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { idempotencyOf, replayedHeader } from '../../http/idempotency.js';
import { scopeOf } from '../../http/request-context.js';
import { isSettled, type SendAndWait } from '../../use-cases/send-and-wait.js';
import { type App, profileParams } from '../route-types.js';
import { sendProblems } from './send-problems.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Send a message',
  description:
    '202 means that the message is kept: it ends SENT (and onwards) or FAILED with a reason. Messages to one chat leave in the order in which they were accepted. With sendAt it waits, and can be cancelled, until then; with expiresAt it ends FAILED rather than being sent later than that. Someone who has opted out is not written to unless ignoreOptOut says so. queuedAhead says about how many messages of this profile wait before it; when too many do, the answer is 429 with Retry-After. REACTION, EDIT, DELETE and VOTE are about an earlier message: they are sends of their own, with a status of their own, and hold for that message once WhatsApp has them. With waitFor=sent the answer comes when WhatsApp has the message or it has ended (200), or at the deadline, with the message as it is then (202); when very many callers wait, it comes at once.',
  params: profileParams,
  querystring: sendQuerySchema,
  body: sendMessageSchema,
  answers: { 200: messageSchema, 202: messageSchema },
  problems: [
    ...sendProblems,
    'referred_message_unknown',
    'contact_phone_invalid',
    'message_not_editable',
    'message_not_deletable',
    'poll_not_votable',
  ],
  idempotent: true,
});

export function sendMessageRoute(app: App, sendAndWait: SendAndWait): void {
  const config = { scope: 'messages:write' } as const;
  app.post('/profiles/:profileId/messages', { schema, config }, async (request, reply) => {
    const { waitFor, waitTimeoutMs } = request.query;
    const waitMs = waitFor === undefined ? undefined : waitTimeoutMs;
    const { message, replayed } = await sendAndWait(scopeOf(request), request.body, idempotencyOf(request), waitMs);
    if (replayed) reply.header(replayedHeader, 'true');
    return reply.code(waitMs !== undefined && isSettled(message) ? 200 : 202).send(message);
  });
}
