import type { optOutChangeSchema, optOutSchema } from '@multiwa/contracts';
import type { OptOut, OptOutChange } from '@multiwa/db';
import type { z } from 'zod';

export function viewOptOut({ id, phone, lid, reason, createdAt }: OptOut): z.input<typeof optOutSchema> {
  return { id, phone, lid, reason, createdAt: createdAt.toISOString() };
}

export function viewOptOutChange(change: OptOutChange): z.input<typeof optOutChangeSchema> {
  const { id, action, phone, lid, reason, apiKeyId, createdAt } = change;
  return { id, action, phone, lid, reason, apiKeyId, createdAt: createdAt.toISOString() };
}
