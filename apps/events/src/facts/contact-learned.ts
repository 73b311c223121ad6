import type { ContactLearnedFact } from '@multiwa/contracts';
import type { FactOutcome, World } from './world.js';

/** WhatsApp named people by both halves. Of somebody nobody here knows nothing is kept. */
export function applyContactLearned(world: World, { people, ...fact }: ContactLearnedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const before = world.events.length;
  for (const person of people) if (world.contacts.has(profile.id, person)) world.meet(profile, person, null);
  return world.events.length > before ? 'applied' : 'unchanged';
}
