import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@multiwa/bus';
import { type SendCommand, subjects, timing } from '@multiwa/contracts';
import type { Logger } from '@multiwa/runtime';
import type { AcceptNext, Step } from './accept-next.js';

export interface DriveDeps {
  acceptNext: AcceptNext;
  bus: Pick<Bus, 'publishCommand' | 'nudge'>;
  /** Notes that the stream holds the command of a message. */
  commanded(messageId: string): Promise<void>;
  /** Told of each outcome, for metrics. */
  count(outcome: Step['outcome']): void;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

const firstRetryMs = 250;
const lastRetryMs = 5_000;
/** Without a session nothing moves for long. */
const longestInFlightWaitMs = 2_000;
/** How long an ending driver waits for commands that are on their way. */
const lastPublishMs = 2_000;
/** A long wait for the pace is looked at again after this, since a pause may have ended it. */
const longestWaitMs = 60_000;

/**
 * Drives one broadcast until it ends, is lost to another scheduler or to its owner's pause, or `signal` says to stop.
 * Publishing is not waited for: rows are durable, and how many may be under way is bounded by the steps themselves.
 */
export async function driveBroadcast(id: string, deps: DriveDeps, signal: AbortSignal): Promise<void> {
  const { acceptNext, bus, count, logger } = deps;
  const publishing = new Set<Promise<void>>();
  let failures = 0;
  let waits = 0;
  while (!signal.aborted) {
    const step = await look();
    if (step === undefined) continue;
    count(step.outcome);
    waits = step.outcome === 'in-flight' ? waits + 1 : 0;
    if (step.outcome === 'accepted') handOver(step.command, step.traceparent);
    else if (step.outcome === 'wait' || step.outcome === 'frozen') await pause(Math.min(step.waitMs, longestWaitMs));
    else if (step.outcome === 'in-flight')
      await pause(growing(timing.broadcast.waitEveryMs, waits, longestInFlightWaitMs));
    else if (step.outcome !== 'passed-over') {
      if (step.outcome !== 'lost') bus.nudge(subjects.nudge.outbox);
      logger.info({ broadcastId: id, outcome: step.outcome }, 'A broadcast is driven no more');
      break;
    }
  }
  // What the bus cannot take by then is left to the sweep.
  await Promise.race([Promise.all(publishing), sleep(lastPublishMs, undefined, { ref: false })]);

  async function look(): Promise<Step | undefined> {
    try {
      const step = await acceptNext(id);
      failures = 0;
      return step;
    } catch (error) {
      failures += 1;
      logger.error({ err: error, broadcastId: id, failures }, 'A step of a broadcast failed');
      await pause(growing(firstRetryMs, failures, lastRetryMs));
      return undefined;
    }
  }

  function handOver(command: SendCommand, traceparent: string | undefined): void {
    const work = publish(command, traceparent).finally(() => publishing.delete(work));
    publishing.add(work);
  }

  async function publish(command: SendCommand, traceparent: string | undefined): Promise<void> {
    try {
      await bus.publishCommand('send', command, traceparent === undefined ? undefined : { traceparent });
      await deps.commanded(command.messageId);
    } catch (error) {
      logger.warn({ err: error, broadcastId: id, messageId: command.messageId }, 'A send is left to the sweep');
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

function growing(firstMs: number, attempt: number, lastMs: number): number {
  return Math.min(firstMs * 2 ** (attempt - 1), lastMs);
}
