import { connectBus } from '@multiwa/bus';
import { consumers, subjects, timing } from '@multiwa/contracts';
import { areConcerned, openDatabase } from '@multiwa/db';
import {
  createMetrics,
  type GuardedFetch,
  guardedFetch,
  type Logger,
  type Running,
  startOpsServer,
  startSpan,
} from '@multiwa/runtime';
import type { AutomationEnv } from './env.js';
import { makeFlows } from './flows.js';
import { answerOrStart } from './received/answer-or-start.js';
import { makeHandleReceived } from './received/handle-received.js';
import { makeRunMetrics } from './run-metrics.js';
import { startRunPool } from './runs/run-pool.js';

export interface AutomationService extends Running {
  /** Of health and metrics. */
  port: number;
}

/** Received messages start and continue flows. `fatal` is told when the bus is gone for good. */
export async function startAutomation(
  env: AutomationEnv,
  logger: Logger,
  fatal: (error: Error) => void,
  fetch: GuardedFetch = guardedFetch,
): Promise<AutomationService> {
  const metrics = createMetrics('automation');
  const runMetrics = makeRunMetrics(metrics);
  const database = openDatabase({
    url: env.DATABASE_URL,
    // Driven runs, messages taken in, claims and a check of health side by side.
    poolSize: timing.automation.runsAtOnce + 8,
    applicationName: 'multiwa-automation',
    onIdleError: (error) => logger.warn({ err: error }, 'An idle database connection broke'),
  });
  const bus = await connectBus({ url: env.NATS_URL, name: 'automation', logger, startSpan, onFatal: fatal });
  const flows = makeFlows();
  const allowPrivate = env.MULTIWA_ALLOW_PRIVATE_URLS;
  const runs = startRunPool({ database, bus, flows, fetch, allowPrivate, logger, metrics: runMetrics });
  const received = await bus.consumeEvents(consumers.automation, {
    batchSize: timing.automation.eventBatch,
    maxWaitMs: 1,
    handler: makeHandleReceived({
      areConcerned: (messages) => areConcerned(database.pool, messages),
      answerOrStart: (message) => answerOrStart({ database, flows }, message),
      onDue: runs.poke,
      onEvents: () => bus.nudge(subjects.nudge.outbox),
      logger,
      metrics: runMetrics,
    }),
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
      await received.stop();
      await runs.stop();
      await bus.close();
      await database.close();
      await ops.stop();
    },
  };
}
