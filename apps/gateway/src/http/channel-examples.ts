import type { Channel, channelPostPageSchema, channelsSchema } from '@multiwa/contracts';
import type { z } from 'zod';

const at = '2026-11-23T05:00:00.000Z';
const channel: Channel = {
  id: '120363041234567890@newsletter',
  profileId: 'cmh3k2v1x0000qzrm5t9ab3de',
  name: 'Toko Maju',
  description: 'Offers, on weekdays.',
  inviteCode: '0029VaKq1x2y3z4A5b6C7d8E',
  inviteUrl: 'https://whatsapp.com/channel/0029VaKq1x2y3z4A5b6C7d8E',
  subscribers: 1_204,
  verified: false,
  role: 'OWNER',
  muted: false,
  pictureUrl: null,
  createdAt: at,
};
const channels: z.output<typeof channelsSchema> = { items: [channel] };
const posts: z.output<typeof channelPostPageSchema> = {
  items: [
    {
      serverId: 118,
      waMessageId: '3EB0D4E5F6A7B8C9D0E1',
      type: 'IMAGE',
      text: 'Today’s menu',
      media: {
        mimeType: 'image/jpeg',
        bytes: 48_213,
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        url: 'https://mmg.whatsapp.net/m1/v/t24/An8k?ccb=9-4',
        width: 1_080,
        height: 1_350,
      },
      views: 2_310,
      reactions: [{ emoji: '❤️', count: 41 }],
      timestamp: at,
    },
  ],
  nextCursor: null,
};

export const channelExamples: Readonly<Record<string, unknown>> = {
  Channel: channel,
  Channels: channels,
  ChannelPosts: posts,
};
