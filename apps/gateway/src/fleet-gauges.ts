import { timing } from '@multiwa/contracts';
import { type Database, listWorkers, readQueueTotals } from '@multiwa/db';
import { type Logger, type Metrics, type Poller, poller } from '@multiwa/runtime';
import { limits } from './limits.js';
import { viewWorker } from './views/engine-views.js';

/**
 * What the operator's views show, as metrics: the workers and what waits, of the whole installation. Every replica of the
 * gateway tells the same; take the maximum over them.
 */
export function startFleetGauges(deps: {
  database: Pick<Database, 'pool'>;
  metrics: Metrics;
  logger: Pick<Logger, 'error'>;
}): Poller {
  const { database, metrics, logger } = deps;
  const labels = ['network', 'state'] as const;
  const workers = metrics.gauge('fleet_workers', 'Engine workers, by what state they are in.', labels);
  const sessions = metrics.gauge('fleet_sessions', 'Sessions that the workers hold.', labels);
  const queued = metrics.gauge('fleet_queued_messages', 'Messages accepted and not yet sent, of all profiles.');
  const oldest = metrics.gauge('fleet_oldest_queued_seconds', 'How long the oldest of them has waited.');
  const restricted = metrics.gauge('fleet_restricted_profiles', 'Profiles that WhatsApp restricts at the moment.');

  async function read(): Promise<void> {
    const [known, totals] = await Promise.all([
      listWorkers(database.pool, timing.lease.ttlMs),
      readQueueTotals(database.pool),
    ]);
    for (const gauge of [workers, sessions]) gauge.reset();
    for (const { network, state, sessions: held } of known.map(viewWorker)) {
      workers.inc({ network, state });
      sessions.inc({ network, state }, held);
    }
    queued.set(totals.queued);
    oldest.set(totals.oldestSeconds);
    restricted.set(totals.restricted);
  }
  return poller(limits.fleetGaugesEveryMs, read, { name: 'fleet-gauges', logger });
}
