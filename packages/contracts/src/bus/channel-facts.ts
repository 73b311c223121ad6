import { z } from 'zod';
import { channelChatSchema } from '../addresses.js';
import { channelPostSchema } from '../channels.js';
import { idSchema } from '../ids.js';

const base = { profileId: idSchema, workspaceId: idSchema, at: z.iso.datetime().describe('When the engine saw it.') };

/** Somebody posted to a channel that the number follows. */
export const channelPostFactSchema = z.object({ ...base, chat: channelChatSchema, post: channelPostSchema });
export type ChannelPostFact = z.infer<typeof channelPostFactSchema>;

/** What readers think of posts has changed, as far as WhatsApp tells. */
export const channelCountsFactSchema = z.object({
  ...base,
  /** Of the event, so that a fact seen twice is announced once. */
  eventId: idSchema,
  chat: channelChatSchema,
  posts: z.array(channelPostSchema.pick({ serverId: true, views: true, reactions: true })),
});
export type ChannelCountsFact = z.infer<typeof channelCountsFactSchema>;

/** Facts about channels by kind, each with the key that drops a repetition inside the stream's window. */
export const channelFacts = {
  'channel-post': {
    schema: channelPostFactSchema,
    dedupeKey: ({ profileId, chat, post }: ChannelPostFact) => `cp:${profileId}:${chat}:${post.serverId}`,
    description: 'Somebody posted to a channel that the number follows.',
  },
  'channel-counts': {
    schema: channelCountsFactSchema,
    dedupeKey: ({ eventId }: ChannelCountsFact) => `cn:${eventId}`,
    description: 'Views and reactions of posts of a channel.',
  },
} as const;
