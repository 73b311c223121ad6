import { parseArgs } from 'node:util';
import { z } from 'zod';
import { quietSignal } from './quiet-signal.js';
import { startSandbox } from './start-sandbox.js';

const configuration = z.object({
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  SANDBOX_DATA_DIR: z.string().min(1).optional(),
  SANDBOX_SEED: z.stringbool().default(false),
  /** Links then cost no 812 one-time keys each; sessions work the same without them. */
  SANDBOX_FAST: z.stringbool().default(true),
  SANDBOX_ACK_LATENCY_MS: z.coerce.number().int().min(0).default(0),
  SANDBOX_STRICT_RETRY: z.stringbool().default(false),
});

const FAST_PREKEY_COUNT = 100;

const { values: args } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    'data-dir': { type: 'string' },
    seed: { type: 'boolean' },
  },
});

const parsed = configuration.safeParse({
  ...process.env,
  ...(args.host === undefined ? {} : { SANDBOX_HOST: args.host }),
  ...(args.port === undefined ? {} : { SANDBOX_PORT: args.port }),
  ...(args['data-dir'] === undefined ? {} : { SANDBOX_DATA_DIR: args['data-dir'] }),
  ...(args.seed === undefined ? {} : { SANDBOX_SEED: String(args.seed) }),
});
if (!parsed.success) {
  console.error(`sandbox: ${z.prettifyError(parsed.error)}`);
  process.exit(2);
}

quietSignal();
const env = parsed.data;
const sandbox = await startSandbox(
  {
    host: env.SANDBOX_HOST,
    port: env.SANDBOX_PORT,
    dataDir: env.SANDBOX_DATA_DIR,
    seed: env.SANDBOX_SEED,
    preKeyCount: env.SANDBOX_FAST ? FAST_PREKEY_COUNT : undefined,
    ackLatencyMs: env.SANDBOX_ACK_LATENCY_MS,
    strictRetry: env.SANDBOX_STRICT_RETRY,
  },
  (message) => console.error(JSON.stringify({ level: 'warn', msg: message })),
).catch((error: Error) => {
  console.error(`sandbox: ${error.message}`);
  process.exit(1);
});

const { webSocketUrl, controlUrl, rootPublicKey } = sandbox;
console.info(
  JSON.stringify({ ready: true, webSocketUrl, controlUrl, rootPublicKey: rootPublicKey.toString('base64') }),
);

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  void sandbox.stop().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
