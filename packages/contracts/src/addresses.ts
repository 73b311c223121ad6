import { z } from 'zod';

/**
 * One person, as WhatsApp names them: a phone number, a LID (the privacy identity that replaces it), or both.
 * Phone is digits in international form without "+"; lid is the LID's digits.
 */
export const identitySchema = z.object({
  phone: z
    .string()
    .regex(/^\d{5,20}$/)
    .nullable(),
  lid: z
    .string()
    .regex(/^\d{5,20}$/)
    .nullable(),
});
export type Identity = z.infer<typeof identitySchema>;

/** Canonical address of a chat: `628…@s.whatsapp.net`, `…@lid` while the phone is unknown, or `…@g.us`. */
export const chatSchema = z.string().regex(/^[\d-]+@(s\.whatsapp\.net|lid|g\.us)$/);

/** Where statuses are posted, and where those of others come from: one address for everybody. */
export const statusChat = 'status@broadcast';

/** Where there is something to be read, and to be said to have been read: a chat, or the statuses of others. */
export const readableSchema = z.union([chatSchema, z.literal(statusChat)]);

/** Canonical address of a channel: `…@newsletter`. */
export const channelChatSchema = z.string().regex(/^\d{5,30}@newsletter$/);

/** Wherever something that is sent may go, and something that arrives may come from: chats, statuses and channels. */
export const destinationSchema = z
  .string()
  .regex(/^(?:[\d-]+@(?:s\.whatsapp\.net|lid|g\.us|newsletter)|status@broadcast)$/);

/** What kind of place an address is. Only chats have conversations. */
export type Place = 'chat' | 'status' | 'channel';

/** The kind of place that a canonical address names. */
export function placeOf(address: string): Place {
  if (address === statusChat) return 'status';
  return address.endsWith('@newsletter') ? 'channel' : 'chat';
}
