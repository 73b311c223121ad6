import { type MessageReactionFact, reactionEventType } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { changeOf, findTarget, speakerOf } from './about-message.js';
import type { FactOutcome, World } from './world.js';

/** Somebody reacted to a message, or took the reaction back; each person has one reaction to a message at a time. */
export function applyMessageReaction(world: World, fact: MessageReactionFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const message = findTarget(world, profile, fact);
  if (!message) return 'message_unknown';
  const { waMessageId, emoji, saidAt } = fact;
  const said = { id: newId(), messageId: message.id, ...speakerOf(world, fact), waMessageId, emoji };
  if (!world.reactions.say({ ...said, at: new Date(saidAt) })) return 'unchanged';
  world.announce(profile, reactionEventType(message.chat), { ...changeOf(world, profile, message, fact), emoji });
  return 'applied';
}
