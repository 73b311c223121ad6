import { z } from 'zod';
import { mediaInputSchema, mediaSchema, storedMediaSchema } from '../media.js';
import { mediaSourceSchema } from '../media-source.js';

const maxCaption = 4_096;
const maxThumbnailBase64 = 100_000;
const maxWaveformBase64 = 200;

const caption = z.string().max(maxCaption).optional();
const viewOnce = z.boolean().optional().describe('It can be seen once only.');
const gif = z.boolean().optional().describe('Plays by itself, again and again, without sound.');
const voice = z.boolean().optional().describe('A voice note instead of an audio file.');
const fileName = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('What the recipient sees; by default the name it came with.');

/** What the API takes. */
export const imageInput = { type: z.literal('IMAGE'), media: mediaInputSchema, caption, viewOnce };
export const videoInput = { type: z.literal('VIDEO'), media: mediaInputSchema, caption, gif, viewOnce };
export const audioInput = { type: z.literal('AUDIO'), media: mediaInputSchema, voice, viewOnce };
export const documentInput = { type: z.literal('DOCUMENT'), media: mediaInputSchema, caption, fileName };
export const stickerInput = { type: z.literal('STICKER'), media: mediaInputSchema };

/** A small picture that shows before the file is there. */
const thumbnail = z.base64().max(maxThumbnailBase64).optional();
const waveform = z.base64().max(maxWaveformBase64).optional().describe('64 heights from 0 to 100.');

/** What is stored and sent. */
export const imageOutbound = { type: z.literal('IMAGE'), media: storedMediaSchema, caption, viewOnce, thumbnail };
export const videoOutbound = { type: z.literal('VIDEO'), media: storedMediaSchema, caption, gif, viewOnce, thumbnail };
export const audioOutbound = { type: z.literal('AUDIO'), media: storedMediaSchema, voice, viewOnce, waveform };
export const documentOutbound = { type: z.literal('DOCUMENT'), media: storedMediaSchema, caption };
export const stickerOutbound = { type: z.literal('STICKER'), media: storedMediaSchema };

/** A file as it arrives: what is needed to fetch it is kept, and never shown. */
const receivedMediaSchema = mediaSchema.extend({ source: mediaSourceSchema.optional() });

const contents = <M extends z.ZodType>(media: M) =>
  ({
    image: { type: z.literal('IMAGE'), media, caption: z.string().optional() },
    video: { type: z.literal('VIDEO'), media, caption: z.string().optional(), gif: z.boolean().optional() },
    audio: { type: z.literal('AUDIO'), media, voice: z.boolean().optional() },
    document: { type: z.literal('DOCUMENT'), media, caption: z.string().optional() },
    sticker: { type: z.literal('STICKER'), media, animated: z.boolean().optional() },
  }) as const;

/** What is shown, and what is kept of it. */
export const fileContents = contents(mediaSchema);
export const keptFileContents = contents(receivedMediaSchema);
