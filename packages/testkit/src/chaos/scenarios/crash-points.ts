import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '@multiwa/launcher';
import { z } from 'zod';
import { waitFor } from '../../wait-for.js';
import type { Scenario, World } from '../scenario.js';
import { workerName } from '../world.js';

const CRASH_TIMEOUT_MS = 120_000;
/** Not at the first message, which is handed over before the worker is at work with all sessions. */
const PASS = 5;

export const crashPoints: Scenario = {
  name: 'crash-points',
  about: 'the engine is killed at each named moment of a message, one after the other; p50Ms and p99Ms: of the texts',
  // Many texts, because it goes on until the last moment was reached, and then no longer.
  defaults: { profiles: 10, messages: 100_000, perSecond: 20, workers: 1 },
  async disturb(world, traffic) {
    const { product, say } = world;
    const points = await pointsOfTheEngine();
    try {
      for (const point of points) await crashAt(world, point);
      const worker = workerName(1);
      await product.services.start(worker);
      say(`${worker} runs again and is left alone`);
    } finally {
      traffic.stop();
    }
    return { figures: { crashes: points.length } };
  },
};

/** The first worker is not running, or runs and is killed; it comes back to be killed at this moment by itself. */
async function crashAt({ product: { services }, say }: World, point: string): Promise<void> {
  const worker = workerName(1);
  if (services.pid(worker) !== undefined) await services.kill(worker);
  const starting = services.start(worker, { MULTIWA_CRASH_AT: `${point}:${PASS}` });
  // It may reach the moment before it ever is ready.
  starting.catch(() => undefined);
  const pid = services.pid(worker);
  if (pid === undefined) throw new Error(`${worker} was not started`);
  await waitFor(() => services.pid(worker) !== pid, {
    what: `${worker} to crash at ${point}`,
    timeoutMs: CRASH_TIMEOUT_MS,
  });
  say(`${worker} crashed at ${point}`);
  // Else it would be started again to crash once more.
  await services.kill(worker);
}

/** The engine's own list, from its build: the scenario knows no moment by name. */
async function pointsOfTheEngine(): Promise<string[]> {
  const file = path.join(repositoryRoot, 'packages/runtime/dist/crash-points.js');
  const engine: unknown = await import(pathToFileURL(file).href);
  return z.object({ crashPoints: z.array(z.string()).min(1) }).parse(engine).crashPoints;
}
