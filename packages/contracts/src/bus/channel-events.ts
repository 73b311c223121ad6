import { z } from 'zod';
import { channelChatSchema } from '../addresses.js';
import { channelPostSchema } from '../channels.js';
import { idSchema } from '../ids.js';
import { failureCodeSchema, messageOriginSchema } from '../message-status.js';
import { growing } from './growing.js';

const time = z.iso.datetime();
const channel = { chat: channelChatSchema };

const moved = z.object({
  messageId: idSchema,
  waMessageId: z.string(),
  ...channel,
  at: time,
  origin: growing(messageOriginSchema).optional().describe('Who asked for the post.'),
});

/** What is told of channels, in events of their own: a channel is no chat, and none of `message.*` is about one. */
export const channelEvents = {
  'channel.post.received': {
    version: 1,
    data: z.object({ ...channel, post: channelPostSchema }),
    description: 'Somebody posted to a channel that the number follows.',
  },
  'channel.post.counts': {
    version: 1,
    data: z.object({
      ...channel,
      posts: z.array(channelPostSchema.pick({ serverId: true, views: true, reactions: true })),
      at: time,
    }),
    description: 'Views and reactions of posts of a channel, as WhatsApp counts them now.',
  },
  'channel.post.sent': { version: 1, data: moved, description: 'WhatsApp has accepted a post to a channel.' },
  'channel.post.failed': {
    version: 1,
    data: moved.extend({ code: growing(failureCodeSchema), sentence: z.string(), detail: z.string().nullable() }),
    description: 'A post to a channel will not be made.',
  },
  'channel.post.cancelled': {
    version: 1,
    data: moved,
    description: 'A post to a channel was cancelled before it was made.',
  },
} as const;
