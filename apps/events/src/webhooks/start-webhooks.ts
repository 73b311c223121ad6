import { hostname } from 'node:os';
import type { Bus } from '@multiwa/bus';
import { consumers, subjects, timing } from '@multiwa/contracts';
import { type Database, reconcileProfileEndpoints } from '@multiwa/db';
import { newId, newWebhookSecret, sealWebhookSecrets } from '@multiwa/domain';
import { type Cipher, guardedFetch, type Logger, type Metrics, poller, type Running } from '@multiwa/runtime';
import { leadConsumer } from '../lead-consumer.js';
import { makeAttemptDelivery } from './attempt-delivery.js';
import { startClaimant } from './claimant.js';
import { startLanes } from './delivery-lanes.js';
import { makeDeliveries } from './make-deliveries.js';
import { makeRecordAttempts } from './record-attempts.js';
import { replaySome } from './replay.js';

export interface WebhooksDeps {
  database: Database;
  bus: Pick<Bus, 'consumeEvents' | 'onNudge'>;
  cipher: Cipher;
  /** The operator's choice: endpoints may be at addresses that are not public. */
  allowPrivate: boolean;
  logger: Logger;
  metrics: Metrics;
  onEvent(): void;
}

/** Events in, signed POSTs out: rows in between, so that nothing is lost and nobody waits for a slow receiver. */
export async function startWebhooks(deps: WebhooksDeps): Promise<Running> {
  const { database, bus, cipher, allowPrivate, logger, metrics, onEvent } = deps;
  const claimedBy = `${hostname()}:${process.pid}:${newId()}`;
  const newSecret = (endpointId: string) => sealWebhookSecrets(cipher, endpointId, { secrets: [newWebhookSecret()] });
  const record = makeRecordAttempts({ database, claimedBy, onEvent });
  const attempt = makeAttemptDelivery({ cipher, fetch: guardedFetch, allowPrivate, record, logger, metrics });
  // Before anything is claimed: a claim of somebody unknown would be freed at once.
  const claimant = await startClaimant({ database, logger }, claimedBy, () => lanes.poll());
  const lanes = startLanes({ database, attempt, claimedBy, logger });
  const { batch: batchSize, maxWaitMs, everyMs } = timing.facts;
  const handler = makeDeliveries({ database, newSecret, onDue: lanes.wake });
  const consumption = leadConsumer({ database, logger, metrics }, 'webhooks', (onLost) =>
    bus.consumeEvents(consumers.webhooks, { batchSize, maxWaitMs, everyMs, handler, onLost }),
  );

  const touched = new Set<string>();
  const reconciling = poller(
    timing.webhooks.pollEveryMs,
    async () => {
      const profileIds = [...touched];
      touched.clear();
      if (profileIds.length > 0) {
        await database.transaction((tx) => reconcileProfileEndpoints(tx, { profileIds }, newSecret));
      }
    },
    { name: 'profile webhooks', logger },
  );
  const replaying = poller(
    timing.webhooks.pollEveryMs,
    async (signal) => {
      for (let endpointId = await replaySome(database); endpointId && !signal.aborted; ) {
        lanes.wake([endpointId]);
        endpointId = await replaySome(database);
      }
    },
    { name: 'webhook replays', logger },
  );
  const nudges = [
    bus.onNudge(subjects.nudge.webhooks, () => {
      lanes.poll();
      replaying.poke();
    }),
    bus.onNudge(subjects.nudge.anyProfile, (subject) => {
      touched.add(subject.slice(subject.lastIndexOf('.') + 1));
    }),
  ];
  return {
    async stop() {
      for (const nudge of nudges) nudge.stop();
      await Promise.all([reconciling.stop(), replaying.stop()]);
      await consumption.stop();
      await lanes.stop();
      await claimant.stop();
    },
  };
}
