import { createLogger, readEnv, startService } from '@multiwa/runtime';
import { gatewayEnv } from './env.js';
import { startGateway } from './start-gateway.js';

const name = 'gateway';
const logger = createLogger(name);

startService({
  name,
  logger,
  start(fatal) {
    const env = readEnv(gatewayEnv);
    logger.level = env.LOG_LEVEL;
    return startGateway(env, logger, fatal);
  },
});
