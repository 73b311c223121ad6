import type { Logger } from './logger.js';

export interface PollerOptions {
  /** Named in the log when a round fails. */
  name: string;
  logger: Pick<Logger, 'error'>;
}

export interface Poller {
  /** Runs a round at once, or right after the one that is running. */
  poke(): void;
  /** Aborts the signal and waits for the running round. */
  stop(): Promise<void>;
}

/**
 * Runs rounds one after another, the first at once, then `intervalMs` after the end of the last. Never two at a time.
 * A throw is logged, and the next round comes as usual.
 */
export function poller(
  intervalMs: number,
  round: (signal: AbortSignal) => Promise<void>,
  { name, logger }: PollerOptions,
): Poller {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let poked = false;

  const run = (): void => {
    clearTimeout(timer);
    poked = false;
    running = attempt().then(() => {
      running = undefined;
      if (stopping.signal.aborted) return;
      if (poked) run();
      else timer = setTimeout(run, intervalMs);
    });
  };
  const attempt = async (): Promise<void> => {
    try {
      await round(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) logger.error({ err: error, poller: name }, 'A round failed');
    }
  };

  run();
  return {
    poke() {
      if (stopping.signal.aborted) return;
      if (running) poked = true;
      else run();
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
