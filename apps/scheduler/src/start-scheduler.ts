import { connectBus } from '@multiwa/bus';
import { timing } from '@multiwa/contracts';
import { openDatabase } from '@multiwa/db';
import { createMetrics, type Logger, poller, type Running, startOpsServer, startSpan } from '@multiwa/runtime';
import { startBroadcasts } from './broadcasts/start-broadcasts.js';
import type { SchedulerEnv } from './env.js';
import { makeMessageJobs } from './messages/message-jobs.js';

export interface SchedulerService extends Running {
  /** Of health and metrics. */
  port: number;
}

/** What happens by the clock. `fatal` is told when the bus is gone for good. */
export async function startScheduler(
  env: SchedulerEnv,
  logger: Logger,
  fatal: (error: Error) => void,
): Promise<SchedulerService> {
  const metrics = createMetrics('scheduler');
  const database = openDatabase({
    url: env.DATABASE_URL,
    applicationName: 'multiwa-scheduler',
    onIdleError: (error) => logger.warn({ err: error }, 'An idle database connection broke'),
  });
  const bus = await connectBus({ url: env.NATS_URL, name: 'scheduler', logger, startSpan, onFatal: fatal });
  const jobs = makeMessageJobs({ database, bus, logger, metrics });
  const pollers = [
    poller(timing.schedule.pollEveryMs, jobs.fire, { name: 'fire', logger }),
    poller(timing.expire.everyMs, jobs.expire, { name: 'expire', logger }),
    poller(timing.sweep.everyMs, jobs.sweep, { name: 'sweep', logger }),
  ];
  const broadcasts = await startBroadcasts({ database, bus, logger, metrics });
  const ops = await startOpsServer({
    host: env.HOST,
    port: env.PORT,
    metrics,
    ready: async () => ({ database: (await database.pool.query('SELECT 1')).rowCount === 1, bus: bus.healthy() }),
  });
  return {
    port: ops.port,
    async stop() {
      await Promise.all([...pollers, broadcasts].map((each) => each.stop()));
      await bus.close();
      await database.close();
      await ops.stop();
    },
  };
}
