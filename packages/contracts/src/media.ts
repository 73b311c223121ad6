import { z } from 'zod';
import { idSchema } from './ids.js';

const MIB = 1024 * 1024;

/** The kinds of message that carry a file. */
export const mediaTypes = ['IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'STICKER'] as const;
export type MediaType = (typeof mediaTypes)[number];

/** Largest file of a kind, in bytes: what WhatsApp's own clients take. */
export const maxMediaBytes: Record<MediaType, number> = {
  IMAGE: 16 * MIB,
  VIDEO: 512 * MIB,
  AUDIO: 64 * MIB,
  DOCUMENT: 2048 * MIB,
  STICKER: MIB,
};

/** What a file must turn out to be to travel as a kind; a document may be anything. Told by its bytes, not by its name. */
export const mediaTypePatterns: Record<MediaType, RegExp> = {
  IMAGE: /^image\/(jpeg|png|webp)$/,
  VIDEO: /^video\/(mp4|3gpp|quicktime|x-m4v)$/,
  AUDIO: /^(audio\/.+|video\/mp4)$/,
  DOCUMENT: /./,
  STICKER: /^image\/webp$/,
};

/**
 * PENDING: it is being fetched from WhatsApp. READY: it opens. EXPIRED: WhatsApp or we keep it no longer. FAILED: it could not
 * be had, see the problem.
 */
export const mediaStates = ['PENDING', 'READY', 'EXPIRED', 'FAILED'] as const;
export const mediaStateSchema = z.enum(mediaStates);
export type MediaState = z.infer<typeof mediaStateSchema>;

/** Why media does not open. The sentence is public. */
export const mediaProblems = {
  gone_at_whatsapp: 'WhatsApp keeps the file no longer, and the sender’s phone did not give it again.',
  history: 'It belongs to a message of before the link, and is fetched when somebody asks for it (`media/refetch`).',
  view_once: 'It was sent to be seen once, and this gateway does not store such media.',
  retention: 'It was kept for as long as this gateway is set to keep media.',
  hash_mismatch: 'The bytes that came are not those that the message speaks of.',
  size_mismatch: 'The file is longer than the message says.',
  too_large: 'The file is larger than this gateway takes.',
  host_unreachable: 'The media host did not answer, stalled or failed, each time it was tried.',
  storage_failed:
    'This gateway could not store the file, each time it was tried: its storage is full or does not answer. `media/refetch` fetches it once that is over.',
  descriptor_invalid: 'The message does not say how to fetch or decrypt the file.',
} as const;
export type MediaProblem = keyof typeof mediaProblems;
export const mediaProblemSchema = z.enum(Object.keys(mediaProblems) as [MediaProblem, ...MediaProblem[]]);

/** What a file is and where it stands, without a link: as rows and commands hold it. */
export const storedMediaSchema = z.object({
  id: idSchema,
  mimeType: z.string().max(255),
  bytes: z.number().int().nonnegative().nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .describe('Of the file, in hexadecimal; null until it is known.'),
  state: mediaStateSchema,
  problem: mediaProblemSchema.nullable(),
  fileName: z.string().max(255).optional(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  seconds: z.number().int().optional(),
});
export type StoredMedia = z.infer<typeof storedMediaSchema>;

/** The same as customers see it. */
export const mediaSchema = storedMediaSchema.extend({
  url: z
    .string()
    .nullable()
    .optional()
    .describe(
      'Opens the file without a key until it expires; the same for all who ask within a day. Null while there is none.',
    ),
});
export type Media = z.infer<typeof mediaSchema>;

/** Media to send: an earlier upload of this workspace, or an address that the gateway fetches once, before it answers. */
export const mediaInputSchema = z.union([
  z.strictObject({ id: idSchema }),
  z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_048) }),
]);
export type MediaInput = z.infer<typeof mediaInputSchema>;
