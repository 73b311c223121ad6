import { z } from 'zod';

/** In WhatsApp's words; it decides the keys of a file. */
export const waMediaTypes = ['image', 'video', 'gif', 'ptv', 'audio', 'ptt', 'document', 'sticker'] as const;
export const waMediaTypeSchema = z.enum(waMediaTypes);
export type WaMediaType = z.infer<typeof waMediaTypeSchema>;

/** How a received file is found at WhatsApp and decrypted. Never shown: whoever has it can read the file. */
export const mediaSourceSchema = z.object({
  mediaType: waMediaTypeSchema,
  directPath: z.string().max(2_048),
  mediaKey: z.base64().max(64),
  /** Of the file and of what WhatsApp keeps of it, in base64 as the message has them. */
  fileSha256: z.base64().max(64),
  fileEncSha256: z.base64().max(64).nullable(),
  /** As the message says. */
  fileLength: z.number().int().nonnegative().nullable(),
  /** The message, as its sender's phone knows it: for asking it for the file again. */
  message: z
    .object({ id: z.string(), chat: z.string(), fromMe: z.boolean(), participant: z.string().optional() })
    .optional(),
});
export type MediaSource = z.infer<typeof mediaSourceSchema>;

/** What WhatsApp gave for an uploaded file; a message that carries it needs no more. Bytes in base64. */
export const uploadedMediaSchema = z.object({
  url: z.string(),
  directPath: z.string(),
  mediaKey: z.base64(),
  fileSha256: z.base64(),
  fileEncSha256: z.base64(),
  fileLength: z.number().int().nonnegative(),
  mediaKeyTimestamp: z.number().int(),
  thumbnail: z.base64().optional(),
});
export type UploadedMedia = z.infer<typeof uploadedMediaSchema>;
