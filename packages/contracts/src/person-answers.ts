import { z } from 'zod';

/** What WhatsApp answers about a person, in our words: the same in questions to the engine and in the API. */

export const aboutSchema = z.object({
  text: z.string().nullable(),
  setAt: z.string().nullable(),
  hidden: z.boolean().describe('True when the person does not show it to this number.'),
});
export type About = z.infer<typeof aboutSchema>;

export const pictureSchema = z.object({
  url: z.string().nullable().describe('At WhatsApp, for some days; null without a picture.'),
  hidden: z.boolean().describe('True when the person does not show it to this number.'),
});
export type Picture = z.infer<typeof pictureSchema>;

export const businessSchema = z.object({
  business: z
    .object({
      description: z.string().nullable(),
      address: z.string().nullable(),
      email: z.string().nullable(),
      category: z.string().nullable(),
      websites: z.array(z.string()),
    })
    .nullable()
    .describe('Null for somebody who has no business account.'),
});
export type BusinessAnswer = z.infer<typeof businessSchema>;

const audience = z.enum(['ALL', 'CONTACTS', 'CONTACT_BLACKLIST', 'NONE']);

/** Who may see and do what with the number; values that WhatsApp adds later are left out. */
export const privacySchema = z.object({
  readReceipts: z.enum(['ALL', 'NONE']),
  lastSeen: audience,
  online: z.enum(['ALL', 'MATCH_LAST_SEEN']),
  picture: audience,
  about: audience,
  groupAdd: audience,
  calls: z.enum(['ALL', 'KNOWN']),
  messages: z.enum(['ALL', 'CONTACTS']),
});
export type Privacy = z.infer<typeof privacySchema>;

export const ownProfileSchema = z
  .object({
    name: z.string().nullable().describe('What the number calls itself.'),
    about: z.string().nullable(),
    pictureUrl: z.string().nullable(),
    privacy: privacySchema.partial(),
  })
  .meta({ id: 'WhatsAppProfile' });
export type OwnProfile = z.infer<typeof ownProfileSchema>;

const pictureMaxBytes = 500_000;

/** A picture to be set, of the number or of a group. */
export const jpegPictureSchema = z.strictObject({
  jpegBase64: z
    .base64()
    .max(Math.ceil((pictureMaxBytes * 4) / 3))
    .describe('A square JPEG of at most 640 × 640 pixels.'),
});

export const changeOwnProfileSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(25).optional(),
    about: z.string().max(139).optional(),
    picture: jpegPictureSchema.nullable().optional().describe('Null removes it.'),
    privacy: privacySchema.partial().strict().optional(),
  })
  .meta({ id: 'ChangeWhatsAppProfile', example: { about: 'Open 9 to 17', privacy: { lastSeen: 'CONTACTS' } } });
export type ChangeOwnProfile = z.infer<typeof changeOwnProfileSchema>;
