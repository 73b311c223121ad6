import { createLogger, readEnv, startService } from '@multiwa/runtime';
import { eventsEnv } from './env.js';
import { startEvents } from './start-events.js';

const name = 'events';
const logger = createLogger(name);

startService({
  name,
  logger,
  start(fatal) {
    const env = readEnv(eventsEnv);
    logger.level = env.LOG_LEVEL;
    return startEvents(env, logger, fatal);
  },
});
