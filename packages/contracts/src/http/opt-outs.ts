import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageQuerySchema } from './paging.js';

const reason = z.string().trim().min(1).max(500).describe('In your words: how and where they said it.');

export const createOptOutSchema = z
  .strictObject({
    to: z
      .string()
      .min(1)
      .max(200)
      .describe('Who wants no messages: a phone number in international form, a JID or a LID.'),
    reason: reason.optional(),
  })
  .meta({ id: 'CreateOptOut', example: { to: '+62 812-3456-7890', reason: 'Answered STOP on 3 November' } });

export const optOutSchema = z
  .object({
    id: idSchema,
    phone: z.string().nullable(),
    lid: z.string().nullable(),
    reason: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'OptOut' });

export const optOutChangeSchema = z
  .object({
    id: idSchema,
    action: z.enum(['ADDED', 'REMOVED']),
    phone: z.string().nullable(),
    lid: z.string().nullable(),
    reason: z.string().nullable(),
    apiKeyId: idSchema.describe('The API key that asked for it.'),
    createdAt: z.string(),
  })
  .meta({ id: 'OptOutChange' });

export const listOptOutsQuerySchema = pageQuerySchema.extend({
  to: z.string().max(200).optional().describe('Only this person.'),
});

export const removeOptOutQuerySchema = z.strictObject({ reason: reason.optional() });
