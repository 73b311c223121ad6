import { z } from 'zod';
import { idSchema } from '../ids.js';

const metadata = z.record(z.string().max(64), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]));

export const createAccountSchema = z
  .strictObject({ name: z.string().trim().min(1).max(100), metadata: metadata.optional() })
  .meta({ id: 'CreateAccount', example: { name: 'Toko Maju', metadata: { crmId: 'A-17' } } });
export const updateAccountSchema = createAccountSchema.partial().meta({ id: 'UpdateAccount' });

export const accountSchema = z
  .object({ id: idSchema, name: z.string(), metadata, createdAt: z.string(), updatedAt: z.string() })
  .meta({ id: 'Account' });
