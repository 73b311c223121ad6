import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartDelayMs } from '../supervise/backoff.js';

/** A server that `keepServer` can watch. */
interface Server {
  port: number;
  exited: Promise<void>;
  stop(): Promise<void>;
  kill(): void;
}

export interface KeptServer<S extends Server> {
  /** The one that runs now. */
  current(): S;
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** Starts a server and, whenever it ends by itself, says so and starts it again on the same port. */
export async function keepServer<S extends Server>(
  name: string,
  start: (port?: number) => Promise<S>,
  say: (line: string) => void,
): Promise<KeptServer<S>> {
  const controller = new AbortController();
  const { signal } = controller;
  const stopRequested = once(signal, 'abort');
  let current = await start();
  const watch = async () => {
    for (;;) {
      await Promise.race([current.exited, stopRequested]);
      if (signal.aborted) return;
      say(`${name} ended unexpectedly; starting it again on port ${current.port}.`);
      current = (await startAgain(() => start(current.port), say, signal)) ?? current;
      if (!signal.aborted) say(`${name} is back on port ${current.port}.`);
    }
  };
  const watching = watch();
  return {
    current: () => current,
    kill() {
      controller.abort();
      current.kill();
    },
    async stop() {
      controller.abort();
      // One that is just being started again is waited for, then stopped.
      await watching;
      await current.stop();
    },
  };
}

/** Tries until it works, or until the stop request: then undefined. */
async function startAgain<S>(
  start: () => Promise<S>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<S | undefined> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await start();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      await sleep(restartDelayMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
