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
