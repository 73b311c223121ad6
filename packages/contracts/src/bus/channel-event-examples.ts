import type { EventData, EventType } from './events.js';

const at = '2026-11-23T05:00:00.000Z';
const chat = '120363041234567890@newsletter';
const moved = {
  messageId: 'cmh3k2v1x000lqzrm7h9ij1kl',
  waMessageId: '3EB0B7C8D9E0F1A2B3C4',
  chat,
  at,
  origin: 'API',
} as const;

/** What the data of each event about channels looks like. */
export const channelEventExamples: {
  readonly [T in Extract<EventType, `channel.${string}`>]: EventData<T>;
} = {
  'channel.post.received': {
    chat,
    post: {
      serverId: 118,
      waMessageId: '3EB0D4E5F6A7B8C9D0E1',
      type: 'TEXT',
      text: 'The harvest festival begins on Friday',
      media: null,
      views: null,
      reactions: [],
      timestamp: at,
    },
  },
  'channel.post.counts': {
    chat,
    posts: [{ serverId: 118, views: 2_310, reactions: [{ emoji: '❤️', count: 41 }] }],
    at,
  },
  'channel.post.sent': moved,
  'channel.post.failed': {
    ...moved,
    code: 'channel_admin_required',
    sentence: 'Only admins of the channel may post, and the number is none.',
    detail: null,
  },
  'channel.post.cancelled': moved,
};
