import { z } from 'zod';
import { emojiSchema } from '../content/actions.js';
import { audioInput, imageInput, videoInput } from '../content/media.js';
import { maxStatusAudience, statusLook } from '../content/status.js';
import { writtenTextSchema } from '../content/text.js';
import { contentSchema, messageTypeSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { failureCodeSchema, messageStatusSchema } from '../message-status.js';
import { reactionSchema } from './messages.js';
import { pageQuerySchema } from './paging.js';

/** What clients show of one text. */
const maxStatusText = 700;

const audience = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(maxStatusAudience)
  .optional()
  .describe(
    `Whom it is for: phone numbers, JIDs or LIDs. Left out, those contacts of the profile who are known to be on WhatsApp and have not opted out, the most recent ${maxStatusAudience}. WhatsApp shows it to those among them who have the number in their address book.`,
  );
const common = {
  audience,
  ignoreOptOut: z.boolean().optional().describe('Also to people in the audience who want no messages.'),
};
const examples = {
  TEXT: { type: 'TEXT', text: 'Open until nine today', backgroundColor: '#1f7a4d', font: 'SYSTEM_BOLD' },
  IMAGE: { type: 'IMAGE', media: { id: 'cmh3k2v1x000iqzrm7p3sw9td' }, caption: 'Today’s menu' },
  VIDEO: { type: 'VIDEO', media: { url: 'https://example.com/tour.mp4' } },
  AUDIO: { type: 'AUDIO', media: { id: 'cmh3k2v1x000iqzrm7p3sw9td' }, backgroundColor: '#1f7a4d' },
} as const;

/** `POST /profiles/{id}/status`: a union on `type`. */
export const postStatusSchema = z
  .discriminatedUnion('type', [
    z
      .strictObject({ type: z.literal('TEXT'), text: writtenTextSchema.max(maxStatusText), ...statusLook, ...common })
      .meta({ example: examples.TEXT }),
    z
      .strictObject({ type: imageInput.type, media: imageInput.media, caption: imageInput.caption, ...common })
      .meta({ example: examples.IMAGE }),
    z
      .strictObject({ type: videoInput.type, media: videoInput.media, caption: videoInput.caption, ...common })
      .meta({ example: examples.VIDEO }),
    z
      .strictObject({
        type: audioInput.type,
        media: audioInput.media,
        backgroundColor: statusLook.backgroundColor,
        ...common,
      })
      .describe('Always a voice note.')
      .meta({ example: examples.AUDIO }),
  ])
  .meta({ id: 'PostStatus', example: examples.TEXT });
export type PostStatus = z.input<typeof postStatusSchema>;
export type ParsedStatus = z.output<typeof postStatusSchema>;

const person = z.object({ phone: z.string().nullable(), lid: z.string().nullable() });

/** A status, posted here or received. */
export const statusSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    waMessageId: z.string(),
    fromMe: z.boolean(),
    type: messageTypeSchema,
    content: contentSchema,
    look: z.object(statusLook).nullable().describe('Of one that was posted through us.'),
    state: messageStatusSchema.describe('How far one of the profile’s own has come.'),
    failure: z.object({ code: failureCodeSchema, sentence: z.string(), detail: z.string().nullable() }).nullable(),
    sender: person.nullable().describe('null for the profile itself.'),
    audience: z.number().int().nullable().describe('To how many people it goes; null for one of somebody else.'),
    views: z.number().int().nullable().describe('How many of them have seen it; null for one of somebody else.'),
    seenAt: z
      .string()
      .nullable()
      .describe('When it was marked as seen through us; null until then, and for the profile’s own.'),
    timestamp: z.string(),
    expiresAt: z.string().describe('Until when clients show it: a day after it was posted.'),
    deletedAt: z.string().nullable(),
  })
  .meta({ id: 'Status' });
export type StatusView = z.infer<typeof statusSchema>;

export const statusViewerSchema = person.extend({
  deliveredAt: z.string().nullable(),
  viewedAt: z.string().nullable(),
});

export const statusDetailSchema = statusSchema
  .extend({
    viewers: z.array(statusViewerSchema).describe('Who has it, of the profile’s own; those who saw it first.'),
    reactions: z.array(reactionSchema),
  })
  .meta({ id: 'StatusDetail' });
export type StatusDetail = z.infer<typeof statusDetailSchema>;

export const reactToStatusSchema = z
  .strictObject({
    emoji: emojiSchema.nullable().describe('null takes the reaction back.'),
    ignoreOptOut: z.boolean().optional().describe('Also when whoever posted it wants no messages.'),
  })
  .meta({ id: 'ReactToStatus', example: { emoji: '💚' } });
export type ReactToStatus = z.output<typeof reactToStatusSchema>;

export const listStatusQuerySchema = pageQuerySchema.extend({
  fromMe: z.enum(['true', 'false']).optional(),
  from: z.string().min(1).max(200).optional().describe('Only those of this person.'),
});
