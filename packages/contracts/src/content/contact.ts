import { z } from 'zod';

const maxVcardLength = 20_000;
const maxContacts = 50;

/** One card as the API takes it: its parts, or a vCard made elsewhere. */
export const contactCardInputSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    phone: z.string().max(40).optional().describe('In international form.'),
    organization: z.string().max(200).optional(),
    email: z.email().max(254).optional(),
    vcard: z.string().max(maxVcardLength).startsWith('BEGIN:VCARD').optional(),
  })
  .refine(({ phone, vcard }) => (phone === undefined) !== (vcard === undefined), 'needs either a phone or a vcard');
export type ContactCardInput = z.infer<typeof contactCardInputSchema>;

export const contactCardSchema = z.object({
  name: z.string(),
  vcard: z.string(),
  phones: z.array(z.string()).describe('Digits of the numbers in the vCard.'),
});
export type ContactCard = z.infer<typeof contactCardSchema>;

export const contactInput = {
  type: z.literal('CONTACT'),
  contacts: z.array(contactCardInputSchema).min(1).max(maxContacts),
};

/** What is stored and sent, and what arrives. */
export const contactContent = { type: z.literal('CONTACT'), contacts: z.array(contactCardSchema) };
