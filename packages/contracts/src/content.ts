import { z } from 'zod';

/** WhatsApp's own limit on the text of one message, in UTF-16 code units. */
export const maxTextLength = 65_536;

export const messageTypes = [
  'TEXT',
  'IMAGE',
  'VIDEO',
  'AUDIO',
  'DOCUMENT',
  'LOCATION',
  'CONTACT',
  'POLL',
  'STICKER',
  'REACTION',
  'UNSUPPORTED',
] as const;
export const messageTypeSchema = z.enum(messageTypes);
export type MessageType = z.infer<typeof messageTypeSchema>;

export const textContentSchema = z.object({
  type: z.literal('TEXT'),
  text: z
    .string()
    .max(maxTextLength)
    .refine((text) => text.trim().length > 0, 'must not be empty'),
});

/** A kind this gateway does not read yet: stored and announced with its raw name, never dropped. */
export const unsupportedContentSchema = z.object({
  type: z.literal('UNSUPPORTED'),
  rawType: z.string().describe('The field of the WhatsApp protobuf message that carried the content.'),
});

/** What can be sent. One member a kind; `POST /profiles/{id}/messages` accepts exactly this union. */
export const outboundContentSchema = z.discriminatedUnion('type', [textContentSchema]);
export type OutboundContent = z.infer<typeof outboundContentSchema>;

/** What can arrive or be listed. Text from a phone may be empty; ours may not. */
export const contentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('TEXT'), text: z.string() }),
  unsupportedContentSchema,
]);
export type Content = z.infer<typeof contentSchema>;
