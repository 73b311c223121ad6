import { z } from 'zod';
import { mediaSchema as mediaObject, mediaProblemSchema } from '../media.js';

/** As a message holds it: nothing is filled in when it is parsed, so that what goes in is what comes out. */
const mediaSchema = mediaObject.extend({
  problem: mediaProblemSchema.nullable().optional(),
  url: z.string().nullable().optional(),
});

const captioned = { media: mediaSchema, caption: z.string().optional() };

/** What arrives. */
export const imageContent = { type: z.literal('IMAGE'), ...captioned };
export const videoContent = { type: z.literal('VIDEO'), ...captioned, gif: z.boolean().optional() };
export const audioContent = { type: z.literal('AUDIO'), media: mediaSchema, voice: z.boolean().optional() };
export const documentContent = { type: z.literal('DOCUMENT'), ...captioned };
export const stickerContent = { type: z.literal('STICKER'), media: mediaSchema, animated: z.boolean().optional() };
