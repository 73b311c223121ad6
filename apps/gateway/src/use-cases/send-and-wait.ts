import type { Message as MessageView, ParsedSend } from '@multiwa/contracts';
import type { MessagesRepository, ProfileScope } from '@multiwa/db';
import { viewMessage } from '../views/views.js';
import type { Idempotency, SendOutcome } from './accept-send.js';
import type { SendMessageUseCase } from './send-message.js';
import type { SendWaiters } from './send-waiters.js';

export interface SendAndWaitDeps {
  sendMessage: SendMessageUseCase;
  waiters: SendWaiters;
  messages: Pick<MessagesRepository, 'find'>;
}

/** Accepts a send and, for callers who want it, answers with the message as it is when its outcome is known, or at the deadline. */
export function makeSendAndWait({ sendMessage, waiters, messages }: SendAndWaitDeps) {
  async function now(scope: ProfileScope, accepted: MessageView): Promise<MessageView> {
    const row = await messages.find(scope, accepted.id);
    return row ? { ...viewMessage(row), queuedAhead: accepted.queuedAhead } : accepted;
  }

  return async function sendAndWait(
    scope: ProfileScope,
    input: ParsedSend,
    idempotency: Idempotency | undefined,
    waitMs: number | undefined,
  ): Promise<SendOutcome> {
    const listening = waitMs === undefined ? undefined : waiters.listen(scope);
    try {
      const { message, replayed } = await sendMessage(scope, input, idempotency);
      // What waits for its time is not waited for.
      if (!listening || waitMs === undefined || message.status === 'SCHEDULED') return { message, replayed };
      // The outcome of an earlier request may have been announced before this one listened.
      const asItIs = replayed ? await now(scope, message) : message;
      if (isSettled(asItIs)) return { message: asItIs, replayed };
      await listening.until(message.id, waitMs);
      return { message: await now(scope, message), replayed };
    } finally {
      listening?.end();
    }
  };
}
export type SendAndWait = ReturnType<typeof makeSendAndWait>;

/** Whether it is known what became of a send. */
export function isSettled({ status }: Pick<MessageView, 'status'>): boolean {
  return status !== 'SCHEDULED' && status !== 'QUEUED';
}
