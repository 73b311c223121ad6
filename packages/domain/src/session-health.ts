import type { HealthReason, ProfileStatusFact, Restriction, RestrictionKind } from '@multiwa/contracts';

export type SessionHealth = Pick<ProfileStatusFact, 'health' | 'healthReason' | 'restriction'>;
/** What is wrong with a connection that looks open. */
export type ConnectionTrouble = Exclude<HealthReason, RestrictionKind>;

/**
 * The one word for what may be wrong at the same time. A restriction comes first: what sends obeys it, also while the
 * connection is in trouble.
 */
export function healthOf(restriction: Restriction | null, trouble: ConnectionTrouble | null): SessionHealth {
  if (restriction) return { health: 'RESTRICTED', healthReason: restriction.kind, restriction };
  if (trouble) return { health: 'DEGRADED', healthReason: trouble, restriction: null };
  return { health: 'OK', healthReason: null, restriction: null };
}

/** Which of them is told: all forbid the same, so the one that holds longest. */
export function longest(restrictions: readonly Restriction[]): Restriction | null {
  const endMs = ({ until }: Restriction) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));
  return restrictions.reduce<Restriction | null>(
    (found, one) => (found === null || endMs(one) > endMs(found) ? one : found),
    null,
  );
}

/** What of a health as it was told is trouble of the connection. */
export function troubleOf({
  healthReason,
  restriction,
}: Pick<SessionHealth, 'healthReason' | 'restriction'>): ConnectionTrouble | null {
  return restriction || isRestrictionKind(healthReason) ? null : healthReason;
}

function isRestrictionKind(reason: HealthReason | null): reason is RestrictionKind {
  return reason === 'reachout_timelock' || reason === 'new_chat_cap';
}

/**
 * When WhatsApp is to be asked again whether the restriction still stands, in milliseconds since the epoch: once its time has
 * come, and then in intervals, since it may have been prolonged.
 * @param askedAtMs when it was asked last, or the restriction became known
 */
export function restrictionDueMs({ kind, until }: Restriction, askedAtMs: number): number {
  return until === null ? askedAtMs + UNLIMITED_AGAIN_MS : Math.max(Date.parse(until), askedAtMs + AGAIN_MS[kind]);
}

/** A cycle of some weeks may be counted anew a while after its end. */
const AGAIN_MS: Readonly<Record<RestrictionKind, number>> = { reachout_timelock: 1_000, new_chat_cap: 60_000 };
const UNLIMITED_AGAIN_MS = 3_600_000;
