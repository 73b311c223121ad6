import { createLogger, readEnv, startService } from '@multiwa/runtime';
import { schedulerEnv } from './env.js';
import { startScheduler } from './start-scheduler.js';

const name = 'scheduler';
const logger = createLogger(name);

startService({
  name,
  logger,
  start(fatal) {
    const env = readEnv(schedulerEnv);
    logger.level = env.LOG_LEVEL;
    return startScheduler(env, logger, fatal);
  },
});
