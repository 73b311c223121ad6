import { z } from 'zod';
import { channelChatSchema } from './addresses.js';
import { messageTypeSchema } from './content.js';

export const channelRoles = ['GUEST', 'SUBSCRIBER', 'ADMIN', 'OWNER'] as const;
export const channelRoleSchema = z
  .enum(channelRoles)
  .describe('What the number is to the channel: GUEST does not follow it, ADMIN and OWNER post.');
export type ChannelRole = z.infer<typeof channelRoleSchema>;

/** Whether somebody with this role may post. */
export function mayPost(role: ChannelRole): boolean {
  return role === 'ADMIN' || role === 'OWNER';
}

/** WhatsApp's own limits. */
export const maxChannelName = 100;
export const maxChannelDescription = 2_048;
/** Posts read in one question. */
export const maxChannelPosts = 100;

/** A channel as WhatsApp describes it to one number. */
export const channelInfoSchema = z.object({
  chat: channelChatSchema,
  name: z.string(),
  description: z.string().nullable(),
  inviteCode: z.string().nullable().describe('Of its link, https://whatsapp.com/channel/….'),
  subscribers: z.int().nullable(),
  verified: z.boolean(),
  role: channelRoleSchema,
  muted: z.boolean().nullable().describe('Null where the number does not follow it.'),
  pictureUrl: z.string().nullable().describe('At WhatsApp.'),
  createdAt: z.iso.datetime().nullable(),
});
export type ChannelInfo = z.infer<typeof channelInfoSchema>;

/** The file of a post. It is not encrypted: whoever has the address can read it, as in any channel. */
const channelMediaSchema = z.object({
  mimeType: z.string(),
  bytes: z.int().nullable(),
  sha256: z.string().nullable().describe('Of the file, in hexadecimal.'),
  url: z.string().nullable().describe('At WhatsApp, for some weeks.'),
  fileName: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  seconds: z.int().optional(),
});

/** What a post says, and what people thought of it when it was asked for. */
export const channelPostSchema = z.object({
  serverId: z.int().positive().describe('Counts the posts of the channel; WhatsApp’s name of it there.'),
  waMessageId: z.string().nullable().describe('Of the sender; null where WhatsApp does not say.'),
  type: messageTypeSchema.meta({ 'x-extensible': true }),
  text: z.string().nullable().describe('Its text, caption or question.'),
  media: channelMediaSchema.nullable(),
  views: z.int().nullable().describe('Null while unknown, as in the event of a new post.'),
  reactions: z.array(z.object({ emoji: z.string(), count: z.int() })),
  timestamp: z.iso.datetime(),
});
export type ChannelPost = z.infer<typeof channelPostSchema>;
