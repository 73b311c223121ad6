import path from 'node:path';
import { EnvError } from '@multiwa/runtime';
import { z } from 'zod';
import { localStorage } from './local-storage.js';
import { s3Storage } from './s3-storage.js';
import type { MediaStorage } from './storage.js';

/** What every service that keeps or opens files reads; the same for all of them. */
export const mediaStorageEnv = {
  /** Directory of the files, shared by all services that need them. */
  MULTIWA_MEDIA_DIR: z.string().min(1).default(path.join('.data', 'media')),
  /** A bucket instead of the directory. */
  MULTIWA_MEDIA_S3_BUCKET: z.string().optional(),
  MULTIWA_MEDIA_S3_REGION: z.string().min(1).default('us-east-1'),
  MULTIWA_MEDIA_S3_ENDPOINT: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).optional(),
  /** In front of each name in the bucket. */
  MULTIWA_MEDIA_S3_PREFIX: z.string().default(''),
  MULTIWA_MEDIA_S3_ACCESS_KEY_ID: z.string().optional(),
  MULTIWA_MEDIA_S3_SECRET_ACCESS_KEY: z.string().optional(),
} as const;

/** What the services read that give links out. */
export const mediaLinkEnv = {
  /** Address under which customers reach the gateway: links begin with it. */
  MULTIWA_PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:3000'),
  /** For how long a link opens at least. */
  MULTIWA_MEDIA_LINK_HOURS: z.coerce.number().int().min(1).max(8_760).default(168),
} as const;

type StorageEnv = z.output<z.ZodObject<typeof mediaStorageEnv>>;

/** The storage that the environment names. @throws EnvError */
export function openMediaStorage(env: StorageEnv): MediaStorage {
  const { MULTIWA_MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MULTIWA_MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId !== !secretAccessKey) {
    throw new EnvError(
      'Set MULTIWA_MEDIA_S3_ACCESS_KEY_ID and MULTIWA_MEDIA_S3_SECRET_ACCESS_KEY, or neither of them.',
    );
  }
  if (!env.MULTIWA_MEDIA_S3_BUCKET) return localStorage(path.resolve(env.MULTIWA_MEDIA_DIR));
  return s3Storage({
    bucket: env.MULTIWA_MEDIA_S3_BUCKET,
    region: env.MULTIWA_MEDIA_S3_REGION,
    endpoint: env.MULTIWA_MEDIA_S3_ENDPOINT || undefined,
    prefix: env.MULTIWA_MEDIA_S3_PREFIX,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  });
}
