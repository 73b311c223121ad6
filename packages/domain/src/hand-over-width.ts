/** How many sessions are handed over to one worker at the same time, and the shortest time that one took to open there. */
export interface HandOverWidth {
  atOnce: number;
  bestMs: number;
}

/** One, so that the first tells how long a session takes that waits for no other. */
export const narrowest: HandOverWidth = { atOnce: 1, bestMs: Number.POSITIVE_INFINITY };

/** Times up to this much above the best one are the network's and not a queue's. */
const unqueued = 1.5;
const queued = 2;

/**
 * The width after a session has arrived. A receiver that opens sessions as fast beside others as alone gets more at a time; one
 * where they wait for each other gets fewer, since a session that waits there is served by nobody. What a machine can open in a
 * second is the same either way.
 */
export function widthAfter({ atOnce, bestMs }: HandOverWidth, tookMs: number, most: number): HandOverWidth {
  const best = Math.min(bestMs, tookMs);
  if (tookMs > queued * best) return { atOnce: Math.max(narrowest.atOnce, atOnce - 1), bestMs: best };
  if (tookMs <= unqueued * best) return { atOnce: Math.min(most, atOnce + 1), bestMs: best };
  return { atOnce, bestMs: best };
}
