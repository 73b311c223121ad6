import type { Pace } from '@multiwa/contracts';

/** What a profile has sent against its pace, over all its broadcasts. */
export interface PaceState {
  /** The day that `sentToday` counts, as `2027-01-04`, in UTC. */
  day: string;
  sentToday: number;
  /** The earliest time of the next send. */
  nextSendAt: Date;
}

export type PaceDecision = { due: true; state: PaceState } | { due: false; waitMs: number };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Lateness of timers up to this is made up for, so that the rate is kept; after a longer pause the gap starts anew. */
const catchUpMs = 1_000;
/** What may be under way at once: about as much as is sent in so many minutes, within bounds. */
const inFlightMinutes = 0.2;
const maxInFlight = 10;

/** Milliseconds between two sends, on average. */
export function gapMs({ messagesPerMinute }: Pick<Pace, 'messagesPerMinute'>): number {
  return minuteMs / messagesPerMinute;
}

/** The day of the daily cap: it changes at midnight UTC for everyone. */
export function paceDay(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/**
 * Whether a message may be sent now, and the state after it. The gap that follows a send is the sender's own: two
 * broadcasts of one profile share its slots, and neither sends faster than its pace. `random` in [0, 1) is the jitter,
 * even around the average.
 */
export function takeSlot(pace: Pace, state: PaceState, now: Date, random: number): PaceDecision {
  const aheadMs = state.nextSendAt.getTime() - now.getTime();
  if (aheadMs > 0) return { due: false, waitMs: aheadMs };
  const day = paceDay(now);
  const sentToday = day === state.day ? state.sentToday : 0;
  if (sentToday >= pace.dailyCap) return { due: false, waitMs: nextMidnight(now) - now.getTime() };
  const gap = gapMs(pace);
  const jittered = gap * (1 + (pace.jitterPercent / 100) * (2 * random - 1));
  const from = -aheadMs <= Math.min(gap, catchUpMs) ? state.nextSendAt.getTime() : now.getTime();
  return { due: true, state: { day, sentToday: sentToday + 1, nextSendAt: new Date(from + jittered) } };
}

/** How many accepted messages of a broadcast may wait for WhatsApp: without a session nothing piles up to burst later. */
export function inFlightLimit({ messagesPerMinute }: Pick<Pace, 'messagesPerMinute'>): number {
  return Math.max(1, Math.min(maxInFlight, Math.floor(messagesPerMinute * inFlightMinutes)));
}

/** When the last of `remaining` messages is due if nothing else is sent from the profile; now when none remains. */
export function estimateEnd(pace: Pace, state: PaceState | null, remaining: number, now: Date): Date {
  if (remaining <= 0) return now;
  const gap = gapMs(pace);
  const first = Math.max(now.getTime(), state?.nextSendAt.getTime() ?? 0);
  const midnight = nextMidnight(new Date(first));
  const sentToday = state && state.day === paceDay(new Date(first)) ? state.sentToday : 0;
  const today = Math.max(0, Math.min(pace.dailyCap - sentToday, Math.ceil((midnight - first) / gap)));
  if (remaining <= today) return new Date(first + (remaining - 1) * gap);
  const perDay = Math.min(pace.dailyCap, Math.ceil(dayMs / gap));
  const later = remaining - today - 1;
  return new Date(midnight + Math.floor(later / perDay) * dayMs + (later % perDay) * gap);
}

function nextMidnight(now: Date): number {
  return Math.floor(now.getTime() / dayMs) * dayMs + dayMs;
}
