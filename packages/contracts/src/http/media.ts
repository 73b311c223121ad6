import { z } from 'zod';
import { mediaSchema, mediaTypes } from '../media.js';

export const mediaOriginSchema = z
  .enum(['UPLOAD', 'URL', 'RECEIVED', 'CONVERTED'])
  .describe('How the file came: uploaded, fetched from an address, received, or made by us from another one.');

/** One file of a workspace. */
export const mediaObjectSchema = mediaSchema
  .extend({
    origin: mediaOriginSchema,
    messageId: z.string().nullable().describe('Of the message that it was received with.'),
    problemSentence: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'MediaObject' });
export type MediaObjectView = z.infer<typeof mediaObjectSchema>;

export const uploadMediaQuerySchema = z.strictObject({
  type: z
    .enum(mediaTypes)
    .optional()
    .describe('The kind of message that it is meant for: what cannot be sent as one is refused at once.'),
});

/** What a signed link carries. */
export const mediaLinkQuerySchema = z.strictObject({
  expires: z.coerce.number().int().optional().describe('Seconds since 1970.'),
  signature: z.string().max(200).optional(),
  download: z.enum(['true']).optional().describe('Save it under its name instead of showing it.'),
});
