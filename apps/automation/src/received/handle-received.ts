import type { BatchHandler, BusMessage, HandlerResult } from '@multiwa/bus';
import type { EventEnvelope } from '@multiwa/contracts';
import { errorCode, isConnectionError, isTransactionConflict, isUniqueViolation } from '@multiwa/db';
import { inSpan, type Logger, startSpan } from '@multiwa/runtime';
import type { RunMetrics } from '../run-metrics.js';
import type { Received } from './answer-or-start.js';
import { type ReceivedMessage, readReceived } from './received-message.js';

export interface HandleReceivedDeps {
  /** Whether any automation has to do with whoever wrote these, in their order. */
  areConcerned(messages: readonly ReceivedMessage[]): Promise<boolean[]>;
  answerOrStart(message: ReceivedMessage): Promise<Received>;
  /** A run is due. */
  onDue(): void;
  /** Events were recorded. */
  onEvents(): void;
  logger: Logger;
  metrics: RunMetrics;
}

type Delivery = BusMessage<EventEnvelope>;

const contactsAtOnce = 4;
const retryInMs = 2_000;
/** A message that is refused by the database this often, and not because that is away, is given up. */
const poisonAfter = 10;

/** Handles received messages: those of one contact one after the other, different contacts side by side. */
export function makeHandleReceived(deps: HandleReceivedDeps): BatchHandler<Delivery> {
  const { areConcerned, answerOrStart, onDue, onEvents, logger, metrics } = deps;

  const handle = async (message: ReceivedMessage, deliveryCount: number): Promise<HandlerResult> => {
    const { eventId, profileId, contactId } = message;
    const ids = { eventId, profileId, contactId, deliveryCount };
    try {
      const { outcome, runId, hasEvents } = await inSpan(beginSpan(message), async (span) => {
        const received = await answerOrStart({ ...message, traceparent: span?.traceparent });
        span?.set({ 'multiwa.outcome': received.outcome, 'multiwa.run_id': received.runId });
        return received;
      });
      metrics.messages.inc({ outcome });
      if (outcome === 'started') metrics.runs.inc({ outcome });
      if (outcome === 'answered' || outcome === 'started') onDue();
      if (hasEvents) onEvents();
      const line = { ...ids, outcome, runId };
      if (outcome === 'bot_loop') logger.warn(line, 'A contact is answered no more: the bot-loop guard');
      else logger.info(line, 'Received message handled');
      return 'done';
    } catch (error) {
      const code = errorCode(error);
      const isPassing = isConnectionError(error) || isTransactionConflict(error) || isUniqueViolation(error);
      if (!isPassing && deliveryCount >= poisonAfter) {
        logger.error({ ...ids, err: error, code }, 'A received message is given up');
        return { reject: code ?? 'unknown' };
      }
      logger.warn({ ...ids, err: error, code }, 'A received message could not be handled and comes again');
      return { retryInMs };
    }
  };

  const askConcerned = async (messages: readonly ReceivedMessage[]): Promise<boolean[]> => {
    if (messages.length === 0) return [];
    // While that cannot be answered, each message finds out by itself, and comes again if need be.
    return areConcerned(messages).catch(() => messages.map(() => true));
  };

  return async (batch) => {
    const results: HandlerResult[] = batch.map(() => 'done');
    const messages: { index: number; message: ReceivedMessage; deliveryCount: number }[] = [];
    for (const [index, { payload, deliveryCount, traceparent }] of batch.entries()) {
      const message = readReceived(payload);
      if (typeof message === 'string') metrics.messages.inc({ outcome: message });
      else messages.push({ index, message: { ...message, traceparent }, deliveryCount });
    }
    // Most numbers have no flows: one question for the batch instead of a transaction for each message.
    const concerned = await askConcerned(messages.map(({ message }) => message));
    const queues = new Map<string, (() => Promise<void>)[]>();
    for (const [n, { index, message, deliveryCount }] of messages.entries()) {
      if (!concerned[n]) {
        metrics.messages.inc({ outcome: 'no_match' });
        continue;
      }
      const key = `${message.profileId} ${message.contactId}`;
      const queue = queues.get(key) ?? [];
      queue.push(async () => {
        results[index] = await handle(message, deliveryCount);
      });
      queues.set(key, queue);
    }
    await sideBySide([...queues.values()], contactsAtOnce);
    return results;
  };
}

function beginSpan({ traceparent: parent, workspaceId, profileId, eventId }: ReceivedMessage) {
  if (!parent) return undefined;
  const attributes = {
    'multiwa.workspace_id': workspaceId,
    'multiwa.profile_id': profileId,
    'multiwa.event_id': eventId,
  };
  return startSpan('match flows', { parent, attributes });
}

async function sideBySide(queues: (() => Promise<void>)[][], atOnce: number): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      for (const work of queue) await work();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
