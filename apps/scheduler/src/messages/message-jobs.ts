import type { Bus } from '@multiwa/bus';
import { subjects, timing } from '@multiwa/contracts';
import { type Database, fireScheduled, lockUncommanded, noteCommanded } from '@multiwa/db';
import type { Logger, Metrics } from '@multiwa/runtime';
import { expireSome, publishSends, sortOut } from './publish-sends.js';

export interface MessageJobsDeps {
  database: Pick<Database, 'transaction' | 'pool'>;
  bus: Pick<Bus, 'publishCommands' | 'nudge'>;
  logger: Logger;
  metrics: Metrics;
}

/** One round each; both may run in any number of replicas. */
export interface MessageJobs {
  /** Sends the scheduled messages whose time has come. */
  fire(): Promise<void>;
  /** Publishes again what a crash left accepted but never handed over. */
  sweep(): Promise<void>;
  /** Ends FAILED, with `expired`, what was not sent in time. */
  expire(): Promise<void>;
}

export function makeMessageJobs(
  { database, bus, logger, metrics }: MessageJobsDeps,
  { batch, graceMs } = { batch: timing.schedule.batch as number, graceMs: timing.sweep.graceMs as number },
): MessageJobs {
  const sent = metrics.counter('scheduler_messages_total', 'Messages handed to engines, by job and outcome', [
    'job',
    'outcome',
  ]);

  const report = (job: string, found: number, sendable: number, confirmed: number, startedAt: number): void => {
    const failed = found - sendable;
    const left = sendable - confirmed;
    sent.inc({ job, outcome: 'commanded' }, confirmed);
    sent.inc({ job, outcome: 'failed' }, failed);
    sent.inc({ job, outcome: 'left' }, left);
    // Failures were recorded as events.
    if (failed > 0) bus.nudge(subjects.nudge.outbox);
    const line = { job, found, confirmed, failed, left, durationMs: Math.round(performance.now() - startedAt) };
    if (left > 0) logger.warn(line, 'Some messages could not be handed over: the sweep tries again');
    else logger.info(line, 'Messages handed over');
  };

  /** The move to QUEUED is committed before anything is published: after a crash the sweep knows what is left. */
  const fireSome = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const { due, sendable } = await database.transaction(async (tx) => {
      const due = await fireScheduled(tx, batch);
      return { due, sendable: await sortOut(tx, due, false) };
    });
    if (due.length === 0) return false;
    const confirmed = await publishSends(bus, sendable);
    await noteCommanded(database.pool, confirmed);
    report('fire', due.length, sendable.length, confirmed.length, startedAt);
    return due.length === batch;
  };

  /**
   * Published while the rows are locked, so that no other replica does it at the same time. What was published before a
   * crash, or before this transaction was repeated, is known to the stream, or to the engine by `repeated`.
   */
  const sweepSome = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const { found, sendable, confirmed } = await database.transaction(async (tx) => {
      const due = await lockUncommanded(tx, graceMs, batch);
      const sendable = await sortOut(tx, due, true);
      const confirmed = await publishSends(bus, sendable);
      await noteCommanded(tx, confirmed);
      return { found: due.length, sendable: sendable.length, confirmed: confirmed.length };
    });
    if (found > 0) report('sweep', found, sendable, confirmed, startedAt);
    return found === batch && confirmed === sendable;
  };

  const expireBatch = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const expired = await database.transaction((tx) => expireSome(tx, timing.expire.batch));
    if (expired > 0) report('expire', expired, 0, 0, startedAt);
    return expired === timing.expire.batch;
  };

  return {
    async expire() {
      while (await expireBatch());
    },
    async fire() {
      while (await fireSome());
    },
    async sweep() {
      while (await sweepSome());
    },
  };
}
