import { z } from 'zod';
import { idSchema } from '../ids.js';
import { aboutSchema, businessSchema, pictureSchema } from '../person-answers.js';

export const contactSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    phone: z.string().nullable(),
    lid: z.string().nullable(),
    name: z.string().nullable(),
    pushName: z.string().nullable(),
    email: z.string().nullable(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Contact' });

export const updateContactSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(200).nullable().optional(),
    email: z.email().max(254).nullable().optional(),
    tags: z.array(z.string().trim().min(1).max(64)).max(100).optional(),
    metadata: z
      .record(z.string().max(64), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]))
      .optional(),
  })
  .meta({ id: 'UpdateContact', example: { tags: ['vip'], metadata: { city: 'Bandung' } } });

const askedAt = z.string().describe('When WhatsApp said so; it is asked again after some hours.');
export const contactAboutSchema = aboutSchema.extend({ askedAt }).meta({ id: 'ContactAbout' });
export const contactPictureSchema = pictureSchema.extend({ askedAt }).meta({ id: 'ContactPicture' });
export const contactBusinessSchema = businessSchema.extend({ askedAt }).meta({ id: 'ContactBusiness' });
