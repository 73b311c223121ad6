import type { ContactLearnedFact } from '@multiwa/contracts';
import type { FactOutcome, World } from './world.js';

/** WhatsApp named a person by both halves. Of somebody nobody here knows nothing is kept. */
export function applyContactLearned(world: World, { person, ...fact }: ContactLearnedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  if (!world.contacts.has(profile.id, person)) return 'unchanged';
  const before = world.events.length;
  world.meet(profile, person, null);
  return world.events.length > before ? 'applied' : 'unchanged';
}
