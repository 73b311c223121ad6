import { connectBus } from '@multiwa/bus';
import { consumers, subjects, timing } from '@multiwa/contracts';
import { openDatabase } from '@multiwa/db';
import { makeMediaLinks, openMediaStorage } from '@multiwa/media';
import { createMetrics, type Logger, openKeyring, type Running, startOpsServer, startSpan } from '@multiwa/runtime';
import type { EventsEnv } from './env.js';
import { applyFacts } from './facts/apply-facts.js';
import { makeHandleFacts } from './facts/handle-facts.js';
import { leadConsumer } from './lead-consumer.js';
import { startEndingStatuses } from './media/end-statuses.js';
import { startRetention } from './media/retention.js';
import { startOutbox } from './outbox/publish-outbox.js';
import { startPruning } from './prune.js';
import { startWebhooks } from './webhooks/start-webhooks.js';

const dayMs = 86_400_000;

export interface EventsService extends Running {
  /** Of health and metrics. */
  port: number;
}

/** Facts in, rows, events and webhooks out. `fatal` is told when the bus is gone for good. */
export async function startEvents(
  env: EventsEnv,
  logger: Logger,
  fatal: (error: Error) => void,
): Promise<EventsService> {
  const metrics = createMetrics('events');
  const cipher = openKeyring(env, logger);
  const database = openDatabase({
    url: env.DATABASE_URL,
    applicationName: 'multiwa-events',
    // Some are held for what this replica leads.
    poolSize: 14,
    onIdleError: (error) => logger.warn({ err: error }, 'An idle database connection broke'),
  });
  const bus = await connectBus({ url: env.NATS_URL, name: 'events', logger, startSpan, onFatal: fatal });
  const keysReplaced = bus.onNudge(subjects.nudge.keys, cipher.reload);
  const links = makeMediaLinks({
    publicUrl: env.MULTIWA_PUBLIC_URL,
    cipher,
    hours: env.MULTIWA_MEDIA_LINK_HOURS,
  });
  const outbox = startOutbox({ database, bus, logger, metrics });
  const stopping = new AbortController();
  const { batch: batchSize, maxWaitMs, everyMs } = timing.facts;
  const handler = makeHandleFacts({
    apply: (batch) => applyFacts(database, batch, links),
    onApplied({ events, profileIds }) {
      if (events.length > 0) outbox.poke();
      for (const id of profileIds) bus.nudge(subjects.nudge.profile(id));
    },
    logger,
    metrics,
    signal: stopping.signal,
  });
  const facts = leadConsumer({ database, logger, metrics }, 'facts', (onLost) =>
    bus.consumeFacts(consumers.events, { batchSize, maxWaitMs, everyMs, handler, onLost }),
  );
  const storage = openMediaStorage(env);
  const retention = startRetention({
    database,
    storage,
    links,
    days: env.MULTIWA_MEDIA_RETENTION_DAYS,
    onEvent: outbox.poke,
    logger,
  });
  const statuses = startEndingStatuses({ database, storage, logger });
  const webhooks = await startWebhooks({
    database,
    bus,
    cipher,
    allowPrivate: env.MULTIWA_ALLOW_PRIVATE_URLS,
    logger,
    metrics,
    onEvent: outbox.poke,
  });
  const pruning = startPruning({
    database,
    keep: {
      eventsMs: env.MULTIWA_EVENT_RETENTION_DAYS * dayMs,
      deliveriesMs: env.MULTIWA_DELIVERY_RETENTION_DAYS * dayMs,
    },
    logger,
  });
  const ops = await startOpsServer({
    host: env.HOST,
    port: env.PORT,
    metrics,
    ready: async () => ({ database: (await database.pool.query('SELECT 1')).rowCount === 1, bus: bus.healthy() }),
  });
  return {
    port: ops.port,
    async stop() {
      stopping.abort();
      await retention?.stop();
      await statuses.stop();
      storage.close();
      await Promise.all([facts.stop(), webhooks.stop(), pruning.stop()]);
      await outbox.stop();
      keysReplaced.stop();
      await bus.close();
      await database.close();
      await ops.stop();
    },
  };
}
