import { z } from 'zod';
import { ENFORCEMENT_TYPES } from '../model/enforcement.js';

const YEAR_MS = 366 * 24 * 60 * 60 * 1000;

/** The failure code of each log-in: 403 for a ban; 401, 402 and 406 are refusals of the same kind. */
export const banSchema = z.strictObject({ code: z.int().min(400).max(499).default(403) });

export const restrictionSchema = z.strictObject({
  /** When it lifts, counted from now. */
  forMs: z.int().min(1).max(YEAR_MS),
  enforcementType: z.enum(ENFORCEMENT_TYPES).default('WEB_COMPANION_ONLY'),
});

export const newChatCapSchema = z.strictObject({
  total: z.int().min(0).max(1_000_000),
  used: z.int().min(0).max(1_000_000).default(0),
  /** When it is counted anew, from now. */
  forMs: z.int().min(1).max(YEAR_MS),
});

export const passkeySchema = z.strictObject({ required: z.boolean() });

const rateLimit = z.strictObject({
  capacity: z.int().min(0).max(1_000_000),
  refillPerSecond: z.number().min(0).max(1_000_000).default(0),
});

export const limitsSchema = z.strictObject({
  usync: rateLimit.optional(),
  keyFetch: rateLimit.optional(),
  groups: rateLimit.optional(),
});
