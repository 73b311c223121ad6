import type { AcceptedMessage } from '@multiwa/db';
import { makeBatcher } from '@multiwa/runtime';
import { limits } from '../limits.js';
import type { CommandPublisher, TracedCommand } from './command-publisher.js';

export interface Acceptor {
  /**
   * Makes a send durable and hands it to its stream. `inserted` is false when its Idempotency-Key was used before, or
   * when its profile is gone: nothing was stored then.
   */
  accept(message: AcceptedMessage): Promise<{ inserted: boolean }>;
  /** The same of several sends that belong together and leave in this order: all are stored, or none. */
  acceptTogether(messages: readonly AcceptedMessage[]): Promise<{ inserted: boolean }>;
  /**
   * Hands a send that was accepted before to its stream, where a repetition is dropped: whoever repeats a request after a
   * crash goes on with the next message of the chat, which must not overtake this one.
   */
  handOver(message: Omit<AcceptedMessage, 'status'>): Promise<void>;
  stop(): Promise<void>;
}

interface Outcome {
  inserted: boolean;
  /** Settles when the command is stored in its stream, or has to wait. */
  published: Promise<unknown>;
}

/** SQLSTATE classes 22 and 23: the database refuses a value, so another row may be fine. */
const isDataError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));

/**
 * Sends that arrive together are inserted by one statement: a commit then costs all of them what it would cost one. The
 * next batch is inserted while the one before is on its way to the streams.
 */
export function startAcceptor(deps: {
  insert(messages: readonly AcceptedMessage[]): Promise<Set<string>>;
  /** All or none; says which. */
  insertTogether(messages: readonly AcceptedMessage[]): Promise<boolean>;
  publisher: CommandPublisher;
}): Acceptor {
  const batcher = makeBatcher<AcceptedMessage, Outcome | { refused: unknown }>({
    maxBatch: limits.acceptBatch,
    async run(batch) {
      try {
        return outcomes(batch, await deps.insert(batch));
      } catch (error) {
        if (batch.length === 1 || !isDataError(error)) throw error;
        return oneByOne(batch);
      }
    },
  });

  function outcomes(batch: readonly AcceptedMessage[], ids: ReadonlySet<string>): Outcome[] {
    return batch.map((message) => {
      const inserted = ids.has(message.id);
      const publish = inserted && message.status === 'QUEUED';
      return { inserted, published: publish ? deps.publisher.publish(commandOf(message)) : Promise.resolve() };
    });
  }

  /** A row that the database refuses must not fail its neighbours. */
  async function oneByOne(batch: readonly AcceptedMessage[]): Promise<(Outcome | { refused: unknown })[]> {
    const results: (Outcome | { refused: unknown })[] = [];
    for (const message of batch) {
      try {
        results.push(...outcomes([message], await deps.insert([message])));
      } catch (refused) {
        results.push({ refused });
      }
    }
    return results;
  }

  return {
    async accept(message) {
      const outcome = await batcher.add(message);
      if ('refused' in outcome) throw outcome.refused;
      await within(outcome.published, limits.publishWaitMs);
      return { inserted: outcome.inserted };
    },
    async acceptTogether(messages) {
      const inserted = await deps.insertTogether(messages);
      if (!inserted) return { inserted };
      const queued = messages.filter(({ status }) => status === 'QUEUED');
      await within(
        Promise.all(queued.map((message) => deps.publisher.publish(commandOf(message)))),
        limits.publishWaitMs,
      );
      return { inserted };
    },
    async handOver(message) {
      await within(deps.publisher.publish({ ...commandOf(message), repeated: true }), limits.publishWaitMs);
    },
    stop: () => batcher.idle(),
  };
}

/** The command that an accepted message becomes. */
export function commandOf(message: Omit<AcceptedMessage, 'status'>): TracedCommand {
  const { id, workspaceId, profileId, waMessageId, chat, content, origin, sendAt, expiresAt, createdAt } = message;
  const { traceparent, typingMs } = message;
  return {
    messageId: id,
    workspaceId,
    profileId,
    waMessageId,
    chat,
    content,
    // As the scheduler tells it: a scheduled message takes its place in the chat at its time.
    acceptedAt: (sendAt ?? createdAt).toISOString(),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(typingMs && { typingMs }),
    ...(origin === 'BROADCAST' && { guarded: true }),
    ...(traceparent && { traceparent }),
  };
}

/** The row is durable, so an answer need not wait for a stream that does not answer. */
async function within(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
