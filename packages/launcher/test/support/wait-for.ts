import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
const DEADLINE_MS = 30_000;

type Falsy = undefined | null | false;

/** Polls until `look` gives something; fails the test when it never does. */
export async function waitFor<T>(what: string, look: () => Falsy | T | Promise<Falsy | T>): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(POLL_MS);
  }
}
