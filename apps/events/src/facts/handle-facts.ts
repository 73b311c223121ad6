import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchHandler, FactMessage, HandlerResult } from '@multiwa/bus';
import { timing } from '@multiwa/contracts';
import { errorCode, isConnectionError, isTransactionConflict, isUniqueViolation } from '@multiwa/db';
import type { Logger, Metrics } from '@multiwa/runtime';
import type { AnyFact, AppliedFacts } from './apply-facts.js';
import { storable } from './storable.js';
import type { FactOutcome } from './world.js';

export interface HandleFactsDeps {
  apply(facts: readonly AnyFact[]): Promise<AppliedFacts>;
  /** Told after each commit; must not throw. */
  onApplied(applied: AppliedFacts): void;
  logger: Logger;
  metrics: Metrics;
  /** Aborted when the service stops: what waits for the database is handed back. */
  signal: AbortSignal;
}

const { retryMs, poisonAfter, unknownMessageRetryMs } = timing.facts;
// A row made by another writer between our reading and our writing is seen when reading again.
const raceAttempts = 3;

/**
 * Applies a batch as a whole. While the database is away the batch waits here, in its order. A batch that breaks a rule
 * is applied one by one, so that the one fact that cannot be kept is rejected and holds up nothing.
 */
export function makeHandleFacts({
  apply,
  onApplied,
  logger,
  metrics,
  signal,
}: HandleFactsDeps): BatchHandler<FactMessage> {
  const handled = metrics.counter('facts_total', 'Facts handled, by kind and outcome', ['kind', 'outcome']);
  const duration = metrics.histogram(
    'facts_batch_ms',
    'Time to apply a batch of facts, in milliseconds',
    [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000],
  );

  const applyNow = async (messages: readonly FactMessage[]): Promise<HandlerResult[]> => {
    const stopTimer = performance.now();
    const applied = await applyPatiently(
      messages.map(({ kind, payload, traceparent }) => storable({ kind, payload, traceparent }) as AnyFact),
    );
    duration.observe(performance.now() - stopTimer);
    onApplied(applied);
    return messages.map((message, index) => settle(message, applied.outcomes[index] ?? 'unchanged'));
  };

  /** Tries again for as long as the error is one that passes by itself. */
  const applyPatiently = async (facts: readonly AnyFact[]): Promise<AppliedFacts> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await apply(facts);
      } catch (error) {
        const raced = isUniqueViolation(error) && attempt < raceAttempts;
        if (signal.aborted || !(raced || isPassing(error))) throw error;
        const waitMs = retryMs[Math.min(attempt, retryMs.length - 1)] ?? 0;
        logger.warn(
          { code: errorCode(error), facts: facts.length, waitMs },
          'Facts could not be applied: trying again',
        );
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };

  const settle = (message: FactMessage, outcome: FactOutcome): HandlerResult => {
    handled.inc({ kind: message.kind, outcome });
    const line = { ...idsOf(message), outcome, deliveryCount: message.deliveryCount };
    switch (outcome) {
      case 'applied':
      case 'unchanged':
        logger.debug(line, 'Fact applied');
        return 'done';
      case 'kept':
        logger.info(line, 'Something about a message that is not stored here is kept until it comes');
        return 'done';
      case 'message_unknown': {
        const retryInMs = unknownMessageRetryMs[message.deliveryCount - 1];
        if (retryInMs !== undefined) return { retryInMs };
        logger.warn(line, 'A fact was dropped: its message is not known here');
        return 'done';
      }
      case 'unreadable':
        logger.warn(line, 'A vote was dropped: it cannot be opened with what is known of its poll');
        return 'done';
      default:
        logger.error(line, 'A fact was rejected');
        return { reject: outcome };
    }
  };

  const applyAlone = async (message: FactMessage): Promise<HandlerResult> => {
    try {
      return (await applyNow([message]))[0] ?? 'done';
    } catch (error) {
      const code = errorCode(error) ?? (error instanceof Error ? error.name : 'unknown');
      if (signal.aborted || (mayPass(error) && message.deliveryCount < poisonAfter)) {
        return { retryInMs: retryMs[Math.min(message.deliveryCount, retryMs.length) - 1] ?? 0 };
      }
      handled.inc({ kind: message.kind, outcome: 'rejected' });
      logger.error({ ...idsOf(message), code }, 'A fact was rejected: it cannot be kept');
      return { reject: code };
    }
  };

  return async (batch) => {
    try {
      return await applyNow(batch);
    } catch (error) {
      if (signal.aborted) return batch.map(() => ({ retryInMs: 0 }));
      logger.warn({ code: errorCode(error), facts: batch.length }, 'A batch could not be applied: one by one now');
      const results: HandlerResult[] = [];
      for (const message of batch) results.push(await applyAlone(message));
      return results;
    }
  };
}

const outOfResources = '53';
const idleTransactionEnded = '25P03';

/** The database is away or busy; nothing is wrong with the facts. */
function isPassing(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  const busy = code.startsWith(outOfResources) || code === idleTransactionEnded;
  return busy || isConnectionError(error) || isTransactionConflict(error);
}

/** Bad data, bad SQL, or more than the server can hold: no other moment will change that. */
const hopeless = /^(22|42|54)/;

/** The server's no may depend on the moment (another row, a lock, a timeout); a failure of our own code does not. */
function mayPass(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !hopeless.test(code);
}

function idsOf({ kind, payload, streamSequence }: FactMessage) {
  const ids = { kind, profileId: payload.profileId, streamSequence };
  if ('waMessageId' in payload) return { ...ids, waMessageId: payload.waMessageId };
  if (kind === 'group-request') return { ...ids, noticeId: payload.noticeId };
  if ('step' in payload) return { ...ids, step: payload.step };
  if (kind === 'media-state') return { ...ids, mediaId: payload.mediaId };
  return 'chat' in payload ? { ...ids, chat: payload.chat } : ids;
}
