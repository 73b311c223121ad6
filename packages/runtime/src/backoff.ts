export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
  /** 1 for the first. */
  attempt: number;
  /** Gives 0 ≤ x < 1; for tests. */
  random?: () => number;
}

/**
 * How long to wait before an attempt, in milliseconds: anything up to a ceiling that doubles each time ("full jitter"),
 * so that many that failed together do not come back together.
 */
export function backoff({ firstMs, maxMs, attempt, random = Math.random }: BackoffOptions): number {
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30));
  return Math.round(random() * ceilingMs);
}
