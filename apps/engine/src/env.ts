import type { WatchdogLimits } from '@multiwa/domain';
import { type MediaStorage, mediaStorageEnv, openMediaStorage } from '@multiwa/media';
import { baseEnv, type CrashAt, crashAtSchema, EnvError, encryptionKeyEnv, readEnv } from '@multiwa/runtime';
import { z } from 'zod';

const MIB = 1024 * 1024;
const milliseconds = z.coerce.number().int().min(10).optional();

export const engineEnv = z.object({
  ...baseEnv,
  /** Which WhatsApp all sessions of this process talk to. */
  MULTIWA_NETWORK: z.enum(['live', 'sandbox']),
  ...encryptionKeyEnv,
  /** Client version to show WhatsApp, such as 2.3000.1043857760; the one the library was released with when unset. */
  MULTIWA_WA_VERSION: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'must be three numbers, such as 2.3000.1043857760')
    .optional(),
  /** Sessions that this worker takes at most. */
  MULTIWA_ENGINE_CAPACITY: z.coerce.number().int().min(1).default(1_000),
  /** Megabytes of resident memory above which this worker takes no more sessions; well above it, it gives some away. */
  MULTIWA_ENGINE_MEMORY_MB: z.coerce.number().int().min(1).optional(),
  /** Connections that this worker opens at the same time. */
  MULTIWA_ENGINE_OPENING: z.coerce.number().int().min(1).default(16),
  /** Megabytes of Signal keys that all sessions together keep in memory. */
  MULTIWA_ENGINE_KEY_CACHE_MB: z.coerce.number().int().min(1).default(64),
  /** How soon a silent connection is noticed, in milliseconds; see timing.watchdog, whose values hold when unset. */
  MULTIWA_WATCHDOG_CHECK_MS: milliseconds,
  MULTIWA_WATCHDOG_QUIET_MS: milliseconds,
  MULTIWA_WATCHDOG_PROBE_MS: milliseconds,
  /** A connection is deaf when nothing answers so many acked sends for so long. */
  MULTIWA_WATCHDOG_UNANSWERED_SENDS: z.coerce.number().int().min(1).optional(),
  MULTIWA_WATCHDOG_UNANSWERED_MS: milliseconds,
  /** Lets profiles use proxies at addresses that are not public. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
  ...mediaStorageEnv,
  /** Keeps media that were sent to be seen once; otherwise they are told of, and not stored. */
  MULTIWA_MEDIA_STORE_VIEW_ONCE: z.stringbool().default(false),
  /** How long a media host may give or take nothing, in milliseconds; see timing.media. */
  MULTIWA_MEDIA_IDLE_MS: milliseconds,
  /** Control address of the simulated network; with MULTIWA_NETWORK=sandbox only. */
  SANDBOX_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Kills this process at a named moment, such as send.after-wire:3, to show that nothing is lost; on the sandbox only. */
  MULTIWA_CRASH_AT: crashAtSchema.optional(),
});

export interface EngineEnvironment {
  databaseUrl: string;
  natsUrl: string;
  host: string;
  port: number;
  logLevel: z.infer<typeof engineEnv>['LOG_LEVEL'];
  /** Exactly one of the two: the keys themselves, or the file that holds them. */
  encryptionKey?: string | undefined;
  encryptionKeyFile?: string | undefined;
  version: [number, number, number] | undefined;
  capacity: number;
  /** Resident memory at most, in bytes; no limit when undefined. */
  memoryBytes?: number;
  opening: number;
  keyCacheBytes: number;
  /** What differs from timing.watchdog. */
  watchdog?: Partial<WatchdogLimits>;
  /** Proxies may have addresses that are not public; otherwise they may not. */
  allowPrivateUrls?: boolean;
  storage: MediaStorage;
  storeViewOnce?: boolean;
  mediaIdleTimeoutMs?: number | undefined;
  /** The simulated network's control address; undefined on the live network. */
  sandboxUrl: string | undefined;
  /** Where this process is to kill itself; never on the live network. */
  crashAt?: CrashAt;
}

/** @throws EnvError; also when a live process is given the address of a sandbox, which it must never know. */
export function readEnvironment(source?: NodeJS.ProcessEnv): EngineEnvironment {
  const env = readEnv(engineEnv, source);
  const sandbox = env.MULTIWA_NETWORK === 'sandbox';
  if (!sandbox && env.SANDBOX_URL !== undefined) {
    throw new EnvError('SANDBOX_URL is given although MULTIWA_NETWORK is live: a live engine must not know a sandbox.');
  }
  if (!sandbox && env.MULTIWA_CRASH_AT !== undefined) {
    throw new EnvError(
      'MULTIWA_CRASH_AT is given although MULTIWA_NETWORK is live: only a sandbox engine may be made to crash.',
    );
  }
  if (sandbox && env.SANDBOX_URL === undefined) {
    throw new EnvError('SANDBOX_URL is missing: set it to the control address of the sandbox.');
  }
  const [major = 0, minor = 0, patch = 0] = env.MULTIWA_WA_VERSION?.split('.').map(Number) ?? [];
  return {
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    encryptionKey: env.MULTIWA_ENCRYPTION_KEY,
    encryptionKeyFile: env.MULTIWA_ENCRYPTION_KEY_FILE,
    version: env.MULTIWA_WA_VERSION === undefined ? undefined : [major, minor, patch],
    capacity: env.MULTIWA_ENGINE_CAPACITY,
    memoryBytes: env.MULTIWA_ENGINE_MEMORY_MB === undefined ? undefined : env.MULTIWA_ENGINE_MEMORY_MB * MIB,
    opening: env.MULTIWA_ENGINE_OPENING,
    keyCacheBytes: env.MULTIWA_ENGINE_KEY_CACHE_MB * MIB,
    watchdog: given({
      checkEveryMs: env.MULTIWA_WATCHDOG_CHECK_MS,
      quietMs: env.MULTIWA_WATCHDOG_QUIET_MS,
      probeTimeoutMs: env.MULTIWA_WATCHDOG_PROBE_MS,
      unansweredSends: env.MULTIWA_WATCHDOG_UNANSWERED_SENDS,
      unansweredMs: env.MULTIWA_WATCHDOG_UNANSWERED_MS,
    }),
    allowPrivateUrls: env.MULTIWA_ALLOW_PRIVATE_URLS,
    storage: openMediaStorage(env),
    storeViewOnce: env.MULTIWA_MEDIA_STORE_VIEW_ONCE,
    mediaIdleTimeoutMs: env.MULTIWA_MEDIA_IDLE_MS,
    sandboxUrl: env.SANDBOX_URL,
    crashAt: env.MULTIWA_CRASH_AT,
  };
}

/** The fields that have a value. */
function given(fields: Record<string, number | undefined>): Partial<WatchdogLimits> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
