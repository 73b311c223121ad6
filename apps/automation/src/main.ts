import { createLogger, readEnv, startService } from '@multiwa/runtime';
import { automationEnv } from './env.js';
import { startAutomation } from './start-automation.js';

const name = 'automation';
const logger = createLogger(name);

startService({
  name,
  logger,
  start(fatal) {
    const env = readEnv(automationEnv);
    logger.level = env.LOG_LEVEL;
    return startAutomation(env, logger, fatal);
  },
});
