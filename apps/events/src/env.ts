import { mediaLinkEnv, mediaStorageEnv } from '@multiwa/media';
import { baseEnv, encryptionKeyEnv } from '@multiwa/runtime';
import { z } from 'zod';

export const eventsEnv = z.object({
  ...baseEnv,
  /** Opens the secrets of webhooks. */
  ...encryptionKeyEnv,
  /** Webhooks may go to private addresses: for receivers in the operator's own network. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
  ...mediaStorageEnv,
  ...mediaLinkEnv,
  /** Days for which files are kept; 0 for ever. */
  MULTIWA_MEDIA_RETENTION_DAYS: z.coerce.number().int().min(0).max(36_500).default(0),
});
export type EventsEnv = z.infer<typeof eventsEnv>;
