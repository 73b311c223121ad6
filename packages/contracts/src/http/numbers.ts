import { z } from 'zod';
import { chatSchema } from '../addresses.js';

export const checkNumbersSchema = z
  .strictObject({
    numbers: z.array(z.string().min(1).max(200)).min(1).max(100).describe('Phone numbers in international form.'),
  })
  .meta({ id: 'CheckNumbers', example: { numbers: ['+62 812-3456-7890', '+55 31 98765-4321'] } });

export const checkedNumbersSchema = z
  .object({
    items: z.array(
      z.object({
        input: z.string(),
        exists: z.boolean().describe('Whether the number is on WhatsApp.'),
        phone: z.string().nullable().describe('The digits that WhatsApp knows it by; null when it is not there.'),
        lid: z.string().nullable(),
        chat: chatSchema.nullable(),
        askedAt: z.string().describe('When WhatsApp said so.'),
      }),
    ),
    budget: z
      .object({ left: z.number().int(), resetsAt: z.string() })
      .describe('How many more people this profile may ask about today.'),
  })
  .meta({ id: 'CheckedNumbers' });

export const blocklistSchema = z
  .object({ items: z.array(z.object({ phone: z.string().nullable(), lid: z.string().nullable() })) })
  .meta({ id: 'Blocklist' });
