import type { Bus, Stoppable } from '@multiwa/bus';
import { CodedError, subjects, timing } from '@multiwa/contracts';
import {
  type AppendedEvent,
  type Database,
  type Leadership,
  markPublished,
  takeUnpublished,
  tryToLead,
} from '@multiwa/db';
import { type Logger, type Metrics, poller } from '@multiwa/runtime';
import { envelopeOf } from './envelope-of.js';

export interface OutboxDeps {
  database: Pick<Database, 'pool'>;
  bus: Pick<Bus, 'publishEvents' | 'nudge' | 'onNudge'>;
  logger: Logger;
  metrics: Metrics;
  /** What notes the confirmed events; for tests that crash in between. */
  mark?: typeof markPublished;
}

export interface Outbox {
  /** The outbox holds something new: announce it here, or tell the replica that leads. */
  poke(): void;
  /** Announces what is recorded by then, as far as it leads, and gives the leadership up. */
  stop(): Promise<void>;
}

const { pollEveryMs, batch, leaderLeaseMs } = timing.outbox;
const renewEveryMs = leaderLeaseMs / 4;

/**
 * Announces recorded events on the bus, in their order. One replica at a time does so; one that was frozen and goes on
 * beside its successor publishes the same events in the same order, which the stream drops by their ids.
 */
export function startOutbox({ database, bus, logger, metrics, mark = markPublished }: OutboxDeps): Outbox {
  const announced = metrics.counter('events_announced_total', 'Events published to subscribers', ['type']);
  const lag = metrics.histogram(
    'event_announce_lag_ms',
    'From the commit of an event to its publication, in milliseconds',
    [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 60_000],
  );
  const leads = metrics.gauge('outbox_leader', 'Whether this replica announces the events');
  let leadership: Leadership | undefined;
  let renewedAt = 0;

  const lead = async (): Promise<boolean> => {
    if (leadership && performance.now() - renewedAt < renewEveryMs) return true;
    if (leadership && !(await leadership.renew())) {
      leadership = undefined;
      logger.warn({}, 'Another replica may announce the events now');
    }
    if (!leadership) {
      leadership = await tryToLead(database.pool, 'outbox', leaderLeaseMs);
      if (leadership) logger.info({}, 'This replica announces the events');
    }
    renewedAt = performance.now();
    leads.set(leadership ? 1 : 0);
    return leadership !== undefined;
  };

  /** Publishes the oldest events and returns whether there may be more. Stops at the first that fails. */
  const announceSome = async (): Promise<boolean> => {
    const events = await takeUnpublished(database.pool, batch);
    if (events.length === 0) return false;
    const results = await bus.publishEvents(
      events.map(envelopeOf),
      events.map(({ traceparent }) => traceparent),
    );
    const failedAt = results.findIndex((result) => !result.ok);
    const confirmed = failedAt === -1 ? events : events.slice(0, failedAt);
    await mark(
      database.pool,
      confirmed.map(({ id }) => id),
    );
    for (const { type, createdAt } of confirmed) {
      announced.inc({ type });
      lag.observe(Math.max(0, Date.now() - createdAt.getTime()));
    }
    const [stuck, result] = [events[failedAt], results[failedAt]];
    if (stuck && result && !result.ok) await handleFailure(stuck, result.error);
    return stuck !== undefined || events.length === batch;
  };

  /** An event that no message can hold would hold up all others for ever: it is left out, as a gap that can be seen. */
  const handleFailure = async (event: AppendedEvent, error: Error): Promise<void> => {
    if (!(error instanceof CodedError && error.code === 'payload_too_large')) throw error;
    const { id, type, profileId, sequence } = event;
    logger.error({ id, type, profileId, sequence, code: error.code }, 'An event is too large to be announced');
    await mark(database.pool, [id]);
  };

  const announceAll = async (): Promise<void> => {
    while ((await lead()) && (await announceSome()));
  };

  const rounds = poller(pollEveryMs, announceAll, { name: 'outbox', logger });
  const nudged: Stoppable = bus.onNudge(subjects.nudge.outbox, () => {
    if (leadership) rounds.poke();
  });
  return {
    poke() {
      if (leadership) rounds.poke();
      else bus.nudge(subjects.nudge.outbox);
    },
    async stop() {
      nudged.stop();
      await rounds.stop();
      if (!leadership) return;
      await announceAll().catch((error: unknown) => logger.warn({ err: error }, 'Events are left to the next start'));
      await leadership?.release();
      leadership = undefined;
      bus.nudge(subjects.nudge.outbox);
    },
  };
}
