const SECOND_MS = 1_000;
/** A stanza this fresh has come straight through: its arrival here is the more exact time. */
const FRESH_MS = 3_000;

/**
 * When something happened, by a stanza's `t` (whole seconds, Unix time). WhatsApp's seconds are too coarse to put the
 * hops of one message in order, so a fresh stanza is dated by our own clock; an older one, from the offline queue, by
 * WhatsApp's.
 */
export function serverTime(t: string | undefined, now: Date = new Date()): Date {
  if (t === undefined) return now;
  const told = new Date(Number(t) * SECOND_MS);
  return Math.abs(now.getTime() - told.getTime()) < FRESH_MS ? now : told;
}
