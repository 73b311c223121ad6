import { timing } from '@multiwa/contracts';
import { createLogger, startService } from '@multiwa/runtime';
import { quietConsole } from './engines/baileys/quiet-console.js';
import { readEnvironment } from './env.js';
import { startEngine } from './start-engine.js';

startService({
  name: 'engine',
  logger: createLogger('engine'),
  graceMs: timing.shutdown.engineGraceMs,
  async start(fatal) {
    const environment = readEnvironment();
    const logger = createLogger('engine', environment.logLevel === 'fatal' ? 'error' : environment.logLevel);
    quietConsole(logger);
    return startEngine({ environment, logger, fatal });
  },
});
