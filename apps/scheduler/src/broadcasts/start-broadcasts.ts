import type { Bus } from '@multiwa/bus';
import { consumers, subjects, timing } from '@multiwa/contracts';
import { type Database, noteCommanded } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { type Logger, type Metrics, poller, type Running } from '@multiwa/runtime';
import { makeAcceptNext } from './accept-next.js';
import { driveBroadcast } from './drive-broadcast.js';
import { makeFleet } from './fleet.js';
import { makeFollowMessages } from './follow-messages.js';
import { makeReportProgress } from './report-progress.js';
import { makeStartDue } from './start-due.js';

export interface BroadcastsDeps {
  database: Database;
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
}

/** Everything that broadcasts need of a scheduler. Any number of replicas share the broadcasts of one database. */
export async function startBroadcasts({ database, bus, logger, metrics }: BroadcastsDeps): Promise<Running> {
  const owner = newId();
  const steps = metrics.counter('broadcast_steps_total', 'Looks at running broadcasts, by what they led to.', [
    'outcome',
  ]);
  const recipients = metrics.counter('broadcast_recipients_total', 'Recipients that reached a status.', ['status']);
  const running = metrics.gauge('broadcasts_running', 'Broadcasts that this process drives.');

  const acceptNext = makeAcceptNext(database, owner);
  const drive = {
    acceptNext,
    bus,
    logger,
    commanded: (messageId: string) => noteCommanded(database.pool, [messageId]),
    count(outcome: string) {
      steps.inc({ outcome });
      if (outcome === 'accepted') recipients.inc({ status: 'ACCEPTED' });
    },
  };
  const fleet = makeFleet({ database, owner, logger, drive: (id, signal) => driveBroadcast(id, drive, signal) });
  const report = makeReportProgress({ database, bus, owner });
  const startDue = makeStartDue({ database, bus, logger });

  const follow = makeFollowMessages({
    database,
    count: (status, count) => recipients.inc({ status }, count),
  });
  const { eventBatch: batchSize, eventWaitMs: maxWaitMs, eventEveryMs: everyMs } = timing.broadcast;
  const following = await bus.consumeEvents(consumers.broadcasts, { batchSize, maxWaitMs, everyMs, handler: follow });

  const { claimEveryMs, progressEveryMs } = timing.broadcast;
  const claims = poller(
    claimEveryMs,
    async () => {
      await fleet.round();
      running.set(fleet.size);
    },
    { name: 'broadcast-claims', logger },
  );
  const due = poller(timing.schedule.pollEveryMs, startDue, { name: 'broadcast-start', logger });
  const progress = poller(progressEveryMs, report, { name: 'broadcast-progress', logger });
  const changed = bus.onNudge(subjects.nudge.broadcasts, () => {
    claims.poke();
    due.poke();
  });

  return {
    async stop() {
      changed.stop();
      await Promise.all([claims.stop(), due.stop(), progress.stop(), following.stop()]);
      await fleet.stop();
    },
  };
}
