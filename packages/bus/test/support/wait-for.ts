import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
// Less than any ackWait: what comes only because it was delivered again must not pass for delivered.
const DEADLINE_MS = 20_000;

/** Polls until `look` gives something; fails the test when it never does. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (seen) return seen as Exclude<T, false | undefined | null>;
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(POLL_MS);
  }
}
