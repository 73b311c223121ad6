import { z } from 'zod';
import { mediaInputSchema } from '../media.js';
import { imageInput, videoInput } from './media.js';

/** What WhatsApp's own clients show as one album. */
export const maxAlbumParts = 30;

const count = z.number().int().min(0).max(1_000);

/** What announces an album: the files follow as messages of their own. Sent, stored and shown alike. */
export const albumContent = {
  type: z.literal('ALBUM'),
  images: count.describe('Pictures that belong to it.'),
  videos: count.describe('Films that belong to it.'),
};

/** What `POST /profiles/{id}/albums` takes of each file. */
export const albumPartSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: imageInput.type, media: mediaInputSchema, caption: imageInput.caption }),
  z.strictObject({ type: videoInput.type, media: mediaInputSchema, caption: videoInput.caption, gif: videoInput.gif }),
]);
export type AlbumPart = z.output<typeof albumPartSchema>;
