import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as the end of "waited in vain for …". */
  what: string;
  timeoutMs?: number;
  everyMs?: number;
}

const TIMEOUT_MS = 15_000;
const EVERY_MS = 50;

/**
 * Asks again and again until the answer is something other than undefined and false, and returns it. Failing within `timeoutMs`
 * rejects with what was waited for and with what the last attempt said. An attempt that throws counts as "not yet".
 */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { what, timeoutMs = TIMEOUT_MS, everyMs = EVERY_MS }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let lastError: unknown;
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause: lastError });
    }
    await sleep(everyMs);
  }
}
