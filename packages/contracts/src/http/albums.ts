import { z } from 'zod';
import { albumPartSchema, maxAlbumParts } from '../content/album.js';
import { sendOptions } from '../content/common.js';
import { messageSchema, sendAddressing } from './messages.js';

const mediaId = 'cmh3k2v1x000iqzrm7p3sw9td';

/** `POST /profiles/{id}/albums`: several pictures and films as one album. */
export const sendAlbumSchema = z
  .strictObject({
    ...sendAddressing,
    parts: z.array(albumPartSchema).min(2).max(maxAlbumParts).describe('In the order in which they are shown.'),
    quote: sendOptions.quote,
    forwarded: sendOptions.forwarded,
  })
  .meta({
    id: 'SendAlbum',
    example: {
      to: '+62 812-3456-7890',
      parts: [
        { type: 'IMAGE', media: { id: mediaId }, caption: 'The shop' },
        { type: 'VIDEO', media: { url: 'https://example.com/tour.mp4' } },
      ],
    },
  });
export type SendAlbum = z.input<typeof sendAlbumSchema>;
export type ParsedAlbum = z.output<typeof sendAlbumSchema>;

export const albumSchema = z
  .object({
    albumId: z.string().describe('Of the album at WhatsApp; each part carries it.'),
    album: messageSchema.describe('What announces the album: a message of type ALBUM, sent first.'),
    parts: z.array(messageSchema).describe('The files, each a message with a status of its own.'),
  })
  .meta({ id: 'Album' });
export type Album = z.infer<typeof albumSchema>;
