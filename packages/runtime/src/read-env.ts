import { z } from 'zod';
import { tracingEnv } from './tracing/env.js';

/** Every MULTIWA_ variable of the whole product: one environment may serve all processes, and the programs that call it. */
const productKeys: ReadonlySet<string> = new Set([
  'MULTIWA_ALLOW_PRIVATE_URLS',
  'MULTIWA_API_KEY',
  'MULTIWA_BOOTSTRAP_API_KEY',
  'MULTIWA_CRASH_AT',
  'MULTIWA_DELIVERY_RETENTION_DAYS',
  'MULTIWA_ENCRYPTION_KEY',
  'MULTIWA_ENCRYPTION_KEY_FILE',
  'MULTIWA_ENGINE_CAPACITY',
  'MULTIWA_ENGINE_KEY_CACHE_MB',
  'MULTIWA_ENGINE_MEMORY_MB',
  'MULTIWA_ENGINE_OPENING',
  'MULTIWA_FFMPEG',
  'MULTIWA_MEDIA_DIR',
  'MULTIWA_MEDIA_IDLE_MS',
  'MULTIWA_MEDIA_LINK_HOURS',
  'MULTIWA_MEDIA_MAX_MB',
  'MULTIWA_MEDIA_RETENTION_DAYS',
  'MULTIWA_MEDIA_S3_ACCESS_KEY_ID',
  'MULTIWA_MEDIA_S3_BUCKET',
  'MULTIWA_MEDIA_S3_ENDPOINT',
  'MULTIWA_MEDIA_S3_PREFIX',
  'MULTIWA_MEDIA_S3_REGION',
  'MULTIWA_MEDIA_S3_SECRET_ACCESS_KEY',
  'MULTIWA_MEDIA_STORE_VIEW_ONCE',
  'MULTIWA_EVENT_RETENTION_DAYS',
  'MULTIWA_NATS_PUBLIC_URL',
  'MULTIWA_NATS_SERVER',
  'MULTIWA_NATS_USERS_FILE',
  'MULTIWA_NETWORK',
  'MULTIWA_NETWORKS',
  'MULTIWA_PASSPHRASE',
  'MULTIWA_PUBLIC_URL',
  'MULTIWA_QUEUE_LIMIT',
  'MULTIWA_LOOKUPS_PER_DAY',
  'MULTIWA_SANDBOX_URL',
  'MULTIWA_URL',
  'MULTIWA_WATCHDOG_CHECK_MS',
  'MULTIWA_WATCHDOG_PROBE_MS',
  'MULTIWA_WATCHDOG_QUIET_MS',
  'MULTIWA_WATCHDOG_UNANSWERED_MS',
  'MULTIWA_WATCHDOG_UNANSWERED_SENDS',
  'MULTIWA_WA_VERSION',
]);

/** What every service reads. */
export const baseEnv = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// address' }),
  NATS_URL: z.string().regex(/^(nats|tls):\/\/.+/, 'must be a nats:// address'),
  /** Of the service's HTTP server: health, metrics and, for the gateway, the API. 0 takes any free one. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ...tracingEnv,
} as const;

/** The environment is not as it must be. The message is for the operator: which variable, and why; never its value. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/**
 * The only reader of process.env. Unknown variables that begin with MULTIWA_ are refused, since they are most likely
 * misspelt ones. An empty variable counts as absent. @throws EnvError, one sentence a variable
 */
export function readEnv<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  source: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<T>> {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const unknown = Object.keys(given).filter(
    (key) => key.startsWith('MULTIWA_') && !productKeys.has(key) && !(key in schema.shape),
  );
  const complaints = unknown.map((key) => `${key} is not a variable of MultiWA: check its spelling.`);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0] ?? 'The environment');
      complaints.push(key in given ? `${key} is not valid: ${issue.message}.` : `${key} is missing: set it.`);
    }
  }
  if (!parsed.success || complaints.length > 0) throw new EnvError(complaints.join(' '));
  return parsed.data;
}

/** Reads what `schema` names and looks at nothing else: for a part that every process has beside its own variables. */
export function readPart<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  source: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<T>> {
  return readEnv(schema, Object.fromEntries(Object.keys(schema.shape).map((name) => [name, source[name]])));
}
