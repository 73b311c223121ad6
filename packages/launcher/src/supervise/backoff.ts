const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/** Milliseconds to wait before the next start after `crashes` crashes in a row (1 for the first). */
export function restartDelayMs(crashes: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (crashes - 1), MAX_DELAY_MS);
}
