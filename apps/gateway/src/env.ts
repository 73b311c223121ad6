import { networkSchema, timing } from '@multiwa/contracts';
import { mediaLinkEnv, mediaStorageEnv } from '@multiwa/media';
import { baseEnv, encryptionKeyEnv } from '@multiwa/runtime';
import { z } from 'zod';
import { limits } from './limits.js';

export const gatewayEnv = z.object({
  ...baseEnv,
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Networks that profiles may be created on. */
  MULTIWA_NETWORKS: z
    .string()
    .default('live,sandbox')
    .transform((list) => list.split(',').map((name) => name.trim().toUpperCase()))
    .pipe(z.array(networkSchema).min(1)),
  /** Messages of one profile that may wait; more are refused until some were sent. */
  MULTIWA_QUEUE_LIMIT: z.coerce.number().int().min(1).default(timing.queue.limit),
  /** People that one profile may ask WhatsApp about in a day (UTC): asking about many gets numbers banned. */
  MULTIWA_LOOKUPS_PER_DAY: z.coerce.number().int().min(0).default(limits.lookupsPerDay),
  /** Seals the secrets of webhooks and the passwords of proxies; opens sessions that are exported. */
  ...encryptionKeyEnv,
  /** Included by the configuration of the NATS server, which reads it again when it changes: who may read events there. */
  MULTIWA_NATS_USERS_FILE: z.string().optional(),
  /** How subscribers reach NATS, where that is not how the gateway does; several with commas. */
  MULTIWA_NATS_PUBLIC_URL: z.string().optional(),
  /** Webhooks and proxies may be at private addresses: for those in the operator’s own network. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
  ...mediaStorageEnv,
  ...mediaLinkEnv,
  /** The program that makes voice notes and previews; without it only what is Opus can be a voice note. */
  MULTIWA_FFMPEG: z.string().min(1).default('ffmpeg'),
  /** Largest file that may be uploaded, in megabytes, where its kind allows more. */
  MULTIWA_MEDIA_MAX_MB: z.coerce.number().int().min(1).default(2_048),
});
export type GatewayEnv = z.output<typeof gatewayEnv>;
