import { baseEnv, encryptionKeyEnv } from '@multiwa/runtime';
import { z } from 'zod';

export const eventsEnv = z.object({
  ...baseEnv,
  /** Opens the secrets of webhooks. */
  ...encryptionKeyEnv,
  /** Webhooks may go to private addresses: for receivers in the operator's own network. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
});
export type EventsEnv = z.infer<typeof eventsEnv>;
