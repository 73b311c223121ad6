import { z } from 'zod';
import { identitySchema } from '../addresses.js';
import { idSchema } from '../ids.js';
import { messageTypeSchema } from './types.js';

const maxMentions = 256;

/** What any send may ask for beside its kind. */
export const sendOptions = {
  quote: z.strictObject({ messageId: idSchema }).optional().describe('Answers this message of the same chat.'),
  mentions: z
    .array(z.string().min(1).max(200))
    .max(maxMentions)
    .optional()
    .describe('Phone numbers, JIDs or LIDs of those who are told; the text names them as "@" and the digits.'),
  mentionAll: z.boolean().optional().describe('Tells everybody in a group.'),
  forwarded: z.boolean().optional().describe('Carries WhatsApp’s mark of a forwarded message.'),
};

/** How a message shows which one it answers. */
export const quoteSchema = z.object({
  messageId: idSchema.optional().describe('Present when the answer was sent through us.'),
  waMessageId: z.string(),
  sender: identitySchema.nullable().describe('null for a message of the profile’s own, where WhatsApp did not say.'),
  type: messageTypeSchema.meta({ 'x-extensible': true }),
  text: z.string().nullable().describe('Its text, caption or question, where it has one.'),
});
export type Quote = z.infer<typeof quoteSchema>;

/** How a file shows to which album it belongs. */
export const albumParts = {
  albumId: z
    .string()
    .max(64)
    .optional()
    .describe(
      'Of a file in an album: WhatsApp’s id of the message of type ALBUM that announced it, the same for all its files.',
    ),
  albumSize: z.number().int().positive().optional().describe('How many files the album has, where that is known.'),
};

/** What messages that arrive, and messages as they are listed, may carry. */
export const contentParts = {
  ...albumParts,
  quote: quoteSchema.optional(),
  mentions: z.array(identitySchema).optional(),
  mentionAll: z.boolean().optional(),
  forwarded: z.boolean().optional(),
  viewOnce: z.boolean().optional().describe('The sender lets it be seen once.'),
  expiresInSeconds: z.number().int().positive().optional().describe('The timer of a disappearing message.'),
};
export type ContentParts = z.infer<z.ZodObject<typeof contentParts>>;
