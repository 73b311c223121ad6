import { type Product, type ServiceName, waitFor } from '../../../packages/testkit/dist/index.js';

const PROGRESS_TIMEOUT_MS = 60_000;
const PROGRESS_EVERY_MS = 20;

/** A service, and how much of the work has to be done when it is killed. */
export type Kill = readonly [name: ServiceName, atLeast: number];

/**
 * Kills one service after the other with SIGKILL, each in the middle of the work, and starts it again at once.
 * @throws when the work was over before a kill, since that one would have proved nothing
 */
export async function killInTurn(
  { services }: Product,
  kills: readonly Kill[],
  done: () => Promise<number> | number,
  total: number,
): Promise<void> {
  for (const [name, atLeast] of kills) {
    const count = await waitFor(
      async () => {
        const now = await done();
        return now >= atLeast && now;
      },
      { what: `${atLeast} of ${total} to be done`, timeoutMs: PROGRESS_TIMEOUT_MS, everyMs: PROGRESS_EVERY_MS },
    );
    if (count >= total) throw new Error(`${name} was to be killed in the middle, but all ${total} were done`);
    await services.kill(name);
    await services.start(name);
  }
}
