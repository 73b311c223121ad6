import { z } from 'zod';
import { channelChatSchema } from '../addresses.js';
import { channelInfoSchema, channelPostSchema, maxChannelDescription, maxChannelName } from '../channels.js';
import { imageInput } from '../content/media.js';
import { writtenTextSchema } from '../content/text.js';
import { idSchema } from '../ids.js';

/** A channel's address, with or without `@newsletter`. */
export const channelIdSchema = z.string().regex(/^\d{5,30}(@newsletter)?$/, 'must be the id of a channel');

export const channelSchema = channelInfoSchema
  .omit({ chat: true })
  .extend({
    id: channelChatSchema,
    profileId: idSchema,
    inviteUrl: z.string().nullable(),
  })
  .meta({ id: 'Channel' });
export type Channel = z.infer<typeof channelSchema>;

export const channelsSchema = z.object({ items: z.array(channelSchema) }).meta({ id: 'Channels' });

export const createChannelSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(maxChannelName),
    description: z.string().trim().min(1).max(maxChannelDescription).optional(),
  })
  .meta({ id: 'CreateChannel', example: { name: 'Toko Maju', description: 'Offers, on weekdays.' } });

export const findChannelSchema = z
  .strictObject({
    invite: z.string().trim().min(1).max(200).describe('The link, https://whatsapp.com/channel/…, or its code.'),
  })
  .meta({ id: 'FindChannel', example: { invite: 'https://whatsapp.com/channel/0029VaKq1x2y3z4A5b6C7d8E' } });

export const channelPostPageSchema = z
  .object({ items: z.array(channelPostSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'ChannelPosts' });

const examples = {
  TEXT: { type: 'TEXT', text: 'The harvest festival begins on Friday' },
  IMAGE: { type: 'IMAGE', media: { id: 'cmh3k2v1x000iqzrm7p3sw9td' }, caption: 'Today’s menu' },
} as const;

/** `POST /profiles/{id}/channels/{channelId}/posts`: a union on `type`. */
export const postToChannelSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('TEXT'), text: writtenTextSchema }).meta({ example: examples.TEXT }),
    z
      .strictObject({ type: imageInput.type, media: imageInput.media, caption: imageInput.caption })
      .meta({ example: examples.IMAGE }),
  ])
  .meta({ id: 'PostToChannel', example: examples.TEXT });
export type PostToChannel = z.input<typeof postToChannelSchema>;
export type ParsedPost = z.output<typeof postToChannelSchema>;
