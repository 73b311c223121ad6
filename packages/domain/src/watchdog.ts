import type { ConnectionTrouble } from './session-health.js';

/** What a connection has shown of life, in milliseconds of one monotonic clock. */
export interface Pulse {
  /** WhatsApp answers questions: the number is logged in, or codes to link it with are shown. */
  answers: boolean;
  /** When anything at all came in last; the socket's beginning counts. */
  lastInMs: number;
  /** When a sign of life was asked for last. */
  probedMs: number | undefined;
  /** Sends that WhatsApp has acked since a message, receipt or notification came in last, and when the first of them. */
  unansweredSends: number;
  unansweredSinceMs: number | undefined;
}

/** Durations are in milliseconds; see timing.watchdog. */
export interface WatchdogLimits {
  checkEveryMs: number;
  quietMs: number;
  probeTimeoutMs: number;
  unansweredSends: number;
  unansweredMs: number;
  recyclesBeforeHandOver: number;
  recycleWindowMs: number;
}

export type WatchdogOrder = 'rest' | 'probe' | ConnectionTrouble;

/**
 * What to do about a connection: nothing, ask WhatsApp for a sign of life, or give it up for a reason. Before WhatsApp
 * answers questions nothing can be asked, so silence alone ends it.
 */
export function watch(pulse: Pulse, limits: WatchdogLimits, nowMs: number): WatchdogOrder {
  const { answers, lastInMs, probedMs, unansweredSends, unansweredSinceMs } = pulse;
  const isQuiet = nowMs - lastInMs >= limits.quietMs;
  if (!answers) return isQuiet ? 'unresponsive' : 'rest';
  if (probedMs !== undefined && probedMs >= lastInMs) {
    return nowMs - probedMs >= limits.probeTimeoutMs ? 'unresponsive' : 'rest';
  }
  if (isQuiet) return 'probe';
  const isDeaf =
    unansweredSends >= limits.unansweredSends &&
    unansweredSinceMs !== undefined &&
    nowMs - unansweredSinceMs >= limits.unansweredMs;
  return isDeaf ? 'receipts_missing' : 'rest';
}

/** Whether so many connections were given up that another worker should try. `recycledMs`: when, on the same clock. */
export function isHandOverDue(recycledMs: readonly number[], limits: WatchdogLimits, nowMs: number): boolean {
  const recent = recycledMs.filter((atMs) => nowMs - atMs < limits.recycleWindowMs);
  return recent.length >= limits.recyclesBeforeHandOver;
}
