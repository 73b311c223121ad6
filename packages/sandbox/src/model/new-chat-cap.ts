import type { Account } from './account.js';
import type { NewChatCap } from './enforcement.js';

/** The cap in force; it is over by the clock. */
export function activeCap(account: Account, nowMs = Date.now()): NewChatCap | undefined {
  const { newChatCap } = account.record;
  return newChatCap && newChatCap.untilMs > nowMs ? newChatCap : undefined;
}

/** Whether nothing more may be sent to people who never wrote. */
export function isCapped(account: Account): boolean {
  const cap = activeCap(account);
  return cap !== undefined && cap.used >= cap.total;
}

/**
 * What the network tells about a cap, in the form of its answers and notifications as the library names their fields. How the real
 * one writes the numbers is not known.
 */
export function cappingInfoOf(account: Account): Record<string, unknown> {
  const cap = activeCap(account);
  if (!cap) return { capping_status: 'NONE' };
  return {
    capping_status: isCapped(account) ? 'CAPPED' : 'NONE',
    total_quota: cap.total,
    used_quota: cap.used,
    cycle_end_timestamp: Math.ceil(cap.untilMs / 1000).toString(),
  };
}
