import { z } from 'zod';

/** WhatsApp's own limit on the text of one message, in UTF-16 code units. */
export const maxTextLength = 65_536;
/** What WhatsApp's clients show of a preview, and what they carry in it. */
const maxThumbnailBase64 = 140_000;

export const writtenTextSchema = z
  .string()
  .max(maxTextLength)
  .refine((text) => text.trim().length > 0, 'must not be empty');

export const linkPreviewSchema = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .describe('As it stands in the text.'),
  title: z.string().min(1).max(300),
  description: z.string().max(1_000).optional(),
  thumbnail: z.base64().max(maxThumbnailBase64).optional().describe('A JPEG of at most 100 kB, as base64.'),
});
export type LinkPreview = z.infer<typeof linkPreviewSchema>;

/** What the API takes. */
export const textInput = {
  type: z.literal('TEXT'),
  text: writtenTextSchema.describe('Mentions stand in it as "@" and the digits of the address.'),
  linkPreview: z
    .union([z.enum(['none', 'auto']), z.strictObject(linkPreviewSchema.shape)])
    .optional()
    .describe(
      'none (default): no card. auto: made from the page behind the first link, fetched within two seconds, else sent without. Or the card itself.',
    ),
};

/** What is stored and sent. */
export const textOutbound = {
  type: z.literal('TEXT'),
  text: writtenTextSchema,
  linkPreview: linkPreviewSchema.optional(),
};

/** What arrives: text from a phone may be empty; ours may not. */
export const textContent = {
  type: z.literal('TEXT'),
  text: z.string(),
  linkPreview: z
    .object({ url: z.string(), title: z.string().nullable(), description: z.string().nullable().optional() })
    .optional(),
};
