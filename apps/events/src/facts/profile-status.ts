import { isDeepStrictEqual } from 'node:util';
import { healthReasons, type ProfileStatusFact, statusReasonSchema, statusReasons } from '@multiwa/contracts';
import type { DesiredState, ProfileState } from '@multiwa/db';
import type { FactOutcome, World } from './world.js';

/** The session's own story of itself: a step that is not newer than the last one applied changes nothing. */
export function applyProfileStatus(world: World, fact: ProfileStatusFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  if (!isNewer(fact, profile)) return 'unchanged';
  const before = { ...profile };
  const at = new Date(fact.at);
  const connected = fact.status === 'CONNECTED';
  world.changeProfile(profile, {
    statusGeneration: fact.generation,
    statusStep: fact.step,
    status: fact.status,
    statusReason: fact.reason,
    health: fact.health,
    healthReason: fact.healthReason,
    restriction: fact.restriction,
    // Kept after the number was unlinked, so that one can see which it was; the next link replaces it.
    phone: fact.self?.phone ?? profile.phone,
    lid: fact.self?.lid ?? profile.lid,
    qr: fact.qr?.text ?? null,
    qrExpiresAt: fact.qr ? new Date(fact.qr.expiresAt) : null,
    connectedAt: connected ? (profile.connectedAt ?? at) : null,
    lastSeenAt: connected || before.status === 'CONNECTED' ? at : profile.lastSeenAt,
    desiredState: wantedAfter(fact, profile, at),
  });
  if (shown.some((field) => before[field] !== profile[field])) announceStatus(world, profile, fact);
  if (healthShown.some((field) => !isDeepStrictEqual(before[field] ?? null, profile[field] ?? null))) {
    announceHealth(world, profile, fact);
  }
  if (fact.qr && fact.qr.text !== before.qr) {
    const expiresAt = new Date(fact.qr.expiresAt).toISOString();
    world.announce(profile, 'profile.qr', { qr: fact.qr.text, expiresAt });
  }
  return 'applied';
}

const healthShown = ['health', 'healthReason', 'restriction'] as const;
const shown = ['status', 'statusReason', 'health', 'phone', 'lid'] as const;

function isNewer({ generation, step }: ProfileStatusFact, profile: ProfileState): boolean {
  if (generation !== profile.statusGeneration) return generation > profile.statusGeneration;
  return step > profile.statusStep;
}

/**
 * A settled session is wanted no longer, unless a customer asked again since: `updatedAt` moves with what customers do
 * to the profile and with nothing else. And where the engine did end the session on request, a wish for CONNECTED can
 * only be younger than the request, whatever the clocks say.
 */
function wantedAfter(fact: ProfileStatusFact, profile: ProfileState, at: Date): DesiredState {
  const askedSince = profile.updatedAt > at || (fact.reason === 'requested' && profile.desiredState === 'CONNECTED');
  return fact.settled && !askedSince ? 'DISCONNECTED' : profile.desiredState;
}

function announceStatus(world: World, profile: ProfileState, { status, reason, health }: ProfileStatusFact): void {
  const { phone, lid } = profile;
  world.announce(profile, 'profile.status', {
    status,
    reason,
    sentence: reason && statusReasons[statusReasonSchema.parse(reason)],
    health,
    self: phone === null && lid === null ? null : { phone, lid },
  });
}

function announceHealth(world: World, profile: ProfileState, fact: ProfileStatusFact): void {
  const { health, healthReason: reason, restriction } = fact;
  world.announce(profile, 'profile.health', {
    health,
    reason,
    sentence: reason && healthReasons[reason],
    // Which kind it is was released as the only one there is; what came later stands beside it.
    restriction: restriction?.kind === 'reachout_timelock' ? restriction : null,
    newChatCap: restriction?.kind === 'new_chat_cap' ? restriction : null,
  });
}
