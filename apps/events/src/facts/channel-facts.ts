import { type ChannelCountsFact, type ChannelPostFact, eventOf } from '@multiwa/contracts';
import { idFrom } from '@multiwa/domain';
import type { FactOutcome, World } from './world.js';

/**
 * Somebody posted to a channel that the number follows. The event is all that is kept of it: WhatsApp has the posts of a channel,
 * and gives them to whoever asks. Its id is made of the post, which is announced once however often it comes.
 */
export function applyChannelPost(world: World, fact: ChannelPostFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { chat, post } = fact;
  const { workspaceId, id: profileId } = profile;
  const id = idFrom(`channel post ${profileId} ${chat} ${post.serverId}`);
  const { traceparent } = world;
  world.events.push(
    eventOf('channel.post.received', { id, workspaceId, profileId, data: { chat, post }, traceparent }),
  );
  return 'applied';
}

/** How posts of a channel count now. */
export function applyChannelCounts(world: World, fact: ChannelCountsFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const { eventId: id, chat, posts, at } = fact;
  const { workspaceId, id: profileId } = profile;
  world.events.push(eventOf('channel.post.counts', { id, workspaceId, profileId, data: { chat, posts, at } }));
  return 'applied';
}
