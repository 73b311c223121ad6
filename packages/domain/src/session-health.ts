import type { HealthReason, ProfileStatusFact, Restriction } from '@multiwa/contracts';

export type SessionHealth = Pick<ProfileStatusFact, 'health' | 'healthReason' | 'restriction'>;
/** What is wrong with a connection that looks open. */
export type ConnectionTrouble = Extract<HealthReason, 'unresponsive' | 'receipts_missing'>;

/**
 * The one word for what may be wrong at the same time. A restriction comes first: what sends obeys it, also while the
 * connection is in trouble.
 */
export function healthOf(restriction: Restriction | null, trouble: ConnectionTrouble | null): SessionHealth {
  if (restriction) return { health: 'RESTRICTED', healthReason: restriction.kind, restriction };
  if (trouble) return { health: 'DEGRADED', healthReason: trouble, restriction: null };
  return { health: 'OK', healthReason: null, restriction: null };
}

/**
 * When WhatsApp is to be asked again whether the restriction still stands, in milliseconds since the epoch: once its time has
 * come, and then in intervals, since it may have been prolonged.
 * @param askedAtMs when it was asked last, or the restriction became known
 */
export function restrictionDueMs({ until }: Restriction, askedAtMs: number): number {
  return until === null ? askedAtMs + UNLIMITED_AGAIN_MS : Math.max(Date.parse(until), askedAtMs + AGAIN_MS);
}

const AGAIN_MS = 1_000;
const UNLIMITED_AGAIN_MS = 3_600_000;
