import { timing } from '@multiwa/contracts';
import type { Logger } from './logger.js';
import { EnvError } from './read-env.js';
import { startTracing, type Tracing } from './tracing/start-tracing.js';

/** A service at work. */
export interface Running {
  /** Closes what was opened, the last first. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  name: string;
  logger: Logger;
  /** How long stopping may take, in milliseconds; timing.shutdown.graceMs by default. */
  graceMs?: number;
  /** `fatal` ends the process as a failure, after an orderly stop; for what cannot be repaired from inside. */
  start(fatal: (error: Error) => void): Promise<Running>;
}

/**
 * Runs a service until SIGTERM or SIGINT: then it is stopped within `graceMs`, and the process exits with
 * 0. A signal during the start waits for the start. It exits with 1 when starting fails, on an unhandled rejection or
 * exception, on `fatal`, and when stopping fails or takes too long.
 */
export function startService({ name, logger, graceMs = timing.shutdown.graceMs, start }: ServiceOptions): void {
  let ending = false;
  // Set before launching: a start that fails at once ends the process while `launch` is still running.
  let started: Promise<Running | undefined> = Promise.resolve(undefined);
  let tracing: Tracing | undefined;

  const end = async (exitCode: number): Promise<void> => {
    if (ending) return;
    ending = true;
    const startedAt = performance.now();
    setTimeout(() => {
      logger.error({ graceMs }, `${name} did not stop in time`);
      process.exit(1);
    }, graceMs);
    let code = exitCode;
    try {
      const running = await started;
      await running?.stop();
      await tracing?.stop();
    } catch (error) {
      code = 1;
      logger.error({ err: error }, `${name} could not be stopped in order`);
    }
    logger.info({ durationMs: Math.round(performance.now() - startedAt) }, `${name} stopped`);
    process.exit(code);
  };

  const fail = (error: unknown, sentence: string): void => {
    logger.fatal({ err: error }, sentence);
    void end(1);
  };
  process.on('SIGTERM', () => void end(0));
  process.on('SIGINT', () => void end(0));
  process.on('unhandledRejection', (error) => fail(error, `${name} failed: a promise was rejected unseen`));
  process.on('uncaughtException', (error) => fail(error, `${name} failed: an exception was not caught`));

  const launch = async (): Promise<Running | undefined> => {
    try {
      tracing = await startTracing(name, logger);
      const running = await start((error) => fail(error, `${name} cannot go on`));
      logger.info({}, `${name} started`);
      return running;
    } catch (error) {
      if (error instanceof EnvError) fail(undefined, `${name} cannot start: ${error.message}`);
      else fail(error, `${name} could not start`);
      return undefined;
    }
  };
  started = launch();
}
