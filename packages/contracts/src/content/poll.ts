import { z } from 'zod';

const maxOptions = 12;
const optionSchema = z.string().trim().min(1).max(100);

const asked = {
  type: z.literal('POLL'),
  question: z.string().trim().min(1).max(255),
  options: z
    .array(optionSchema)
    .min(2)
    .max(maxOptions)
    .refine((options) => new Set(options).size === options.length, 'must differ from each other'),
};

export const pollInput = {
  ...asked,
  multiple: z.boolean().default(false).describe('Whether one may choose several.'),
};

/** Whoever has it can read the votes: kept with the poll, never shown. */
const pollSecret = z.base64();

/** What is stored and sent. */
export const pollOutbound = { ...asked, multiple: z.boolean(), secret: pollSecret };

/** What arrives, as it is shown. */
export const pollContent = {
  type: z.literal('POLL'),
  question: z.string(),
  options: z.array(z.string()),
  multiple: z.boolean(),
};

/** What arrives, as it is kept. */
export const pollStored = { ...pollContent, secret: pollSecret.optional() };
