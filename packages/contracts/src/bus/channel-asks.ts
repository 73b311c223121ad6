import { z } from 'zod';
import { channelChatSchema } from '../addresses.js';
import {
  channelInfoSchema,
  channelPostSchema,
  maxChannelDescription,
  maxChannelName,
  maxChannelPosts,
} from '../channels.js';

const channel = { chat: channelChatSchema };
const channelNow = z.object({ channel: channelInfoSchema });

/** What can be asked of channels; all of it travels as the one question `channel`, so that a session listens on one subject. */
export const channelCalls = {
  list: {
    request: z.object({}),
    response: z.object({ channels: z.array(channelInfoSchema) }),
    description: 'The channels that the number follows or owns.',
  },
  info: {
    request: z.object(channel),
    response: channelNow,
    description: 'A channel as it is now.',
  },
  find: {
    request: z.object({ code: z.string().min(1).max(200) }),
    response: channelNow,
    description: 'The channel that an invite link leads to.',
  },
  create: {
    request: z.object({
      name: z.string().trim().min(1).max(maxChannelName),
      description: z.string().max(maxChannelDescription).nullable(),
    }),
    response: channelNow,
    description: 'Make a channel.',
  },
  follow: {
    request: z.object({ ...channel, follow: z.boolean() }),
    response: z.object({}),
    description: 'Follow a channel, or no longer.',
  },
  posts: {
    request: z.object({
      ...channel,
      count: z.int().min(1).max(maxChannelPosts),
      before: z.int().positive().nullable(),
    }),
    response: z.object({ posts: z.array(channelPostSchema).describe('Newest first.') }),
    description: 'Posts of a channel, those before one.',
  },
} as const;
export type ChannelCall = keyof typeof channelCalls;
export type ChannelRequest<C extends ChannelCall> = z.output<(typeof channelCalls)[C]['request']>;
export type ChannelAnswer<C extends ChannelCall> = z.output<(typeof channelCalls)[C]['response']>;

export const channelAsks = {
  channel: {
    request: z.object({
      call: z.enum(Object.keys(channelCalls) as [ChannelCall, ...ChannelCall[]]),
      request: z.unknown(),
    }),
    /** As the call says. */
    response: z.unknown(),
    deadlineMs: 20_000,
    description: 'Something about channels that WhatsApp answers: see the calls in the contracts’ channel-asks.',
  },
} as const;
