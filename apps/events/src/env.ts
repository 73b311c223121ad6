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
  /** How long events can be sent again to webhooks. Streams of events are kept for a week, whatever is said here. */
  MULTIWA_EVENT_RETENTION_DAYS: z.coerce.number().positive().default(30),
  /** How long webhook deliveries that have ended are kept, with their bodies and attempts. */
  MULTIWA_DELIVERY_RETENTION_DAYS: z.coerce.number().positive().default(30),
});
export type EventsEnv = z.infer<typeof eventsEnv>;
