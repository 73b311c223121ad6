import { z } from 'zod';
import { identitySchema } from '../addresses.js';
import { idSchema } from '../ids.js';
import { documentOutbound, imageOutbound, videoOutbound } from './media.js';
import { writtenTextSchema } from './text.js';

/** The message that an action is about, as an engine names it to WhatsApp. */
export const actionTargetSchema = z.object({
  messageId: idSchema,
  waMessageId: z.string(),
  fromMe: z.boolean(),
  /** Its author in a group, or of a status; null where WhatsApp does not ask for one. */
  sender: identitySchema.nullable(),
});
export type ActionTarget = z.infer<typeof actionTargetSchema>;

const messageId = idSchema.describe('The message that this is about; it goes to that message’s chat.');

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const pictorial = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/** One emoji, with whatever skin tone or joiner it has. */
export const emojiSchema = z
  .string()
  .max(64)
  .refine((text) => [...segmenter.segment(text)].length === 1 && pictorial.test(text), 'must be one emoji');

export const reactionInput = {
  type: z.literal('REACTION'),
  messageId,
  emoji: emojiSchema.nullable().describe('null takes the reaction back.'),
};
export const editInput = {
  type: z.literal('EDIT'),
  messageId,
  text: writtenTextSchema.describe('The new text; of a picture, film or document the new caption.'),
};
export const deleteInput = { type: z.literal('DELETE'), messageId };

const chosen = z
  .array(z.string())
  .max(12)
  .refine((options) => new Set(options).size === options.length, 'must differ from each other');

export const voteInput = {
  type: z.literal('VOTE'),
  messageId,
  options: chosen.describe('All that the number chooses now, in the words of the poll; none takes the vote back.'),
};

/** What is stored and sent. */
export const reactionOutbound = {
  type: z.literal('REACTION'),
  target: actionTargetSchema,
  emoji: emojiSchema.nullable(),
};
export const editOutbound = {
  type: z.literal('EDIT'),
  target: actionTargetSchema,
  text: writtenTextSchema,
  /** Whose caption the text is: phones show an edited file by what the edit says of it. */
  file: z
    .discriminatedUnion('type', [z.object(imageOutbound), z.object(videoOutbound), z.object(documentOutbound)])
    .optional(),
};
export const voteOutbound = {
  type: z.literal('VOTE'),
  target: actionTargetSchema,
  options: chosen,
  /** The poll's own, with which the vote is sealed: never shown. */
  secret: z.base64(),
};
export const deleteOutbound = { type: z.literal('DELETE'), target: actionTargetSchema };

/** The same as they are listed. */
const shownTarget = z.object({ messageId: idSchema, waMessageId: z.string() });
export const reactionContent = {
  type: z.literal('REACTION'),
  target: shownTarget,
  emoji: z.string().nullable(),
};
export const editContent = { type: z.literal('EDIT'), target: shownTarget, text: z.string() };
export const deleteContent = { type: z.literal('DELETE'), target: shownTarget };
export const voteContent = { type: z.literal('VOTE'), target: shownTarget, options: z.array(z.string()) };
