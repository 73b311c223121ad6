import { baseEnv } from '@multiwa/runtime';
import { z } from 'zod';

export const eventsEnv = z.object({
  ...baseEnv,
  /** Opens the secrets of webhooks. */
  MULTIWA_ENCRYPTION_KEY: z.string().min(1),
  /** Webhooks may go to private addresses: for receivers in the operator's own network. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
});
export type EventsEnv = z.infer<typeof eventsEnv>;
