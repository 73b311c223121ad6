import path from 'node:path';
import type { ServiceSpec } from '../supervise/service-process.js';
import type { EncryptionKeys } from './encryption-key.js';

/** What the services are told of where they run. */
export interface Surroundings {
  /** Directory with the built apps and packages. */
  root: string;
  dataDir: string;
  databaseUrl: string;
  natsUrl: string;
  /** Where the gateway keeps the users of NATS; undefined when somebody else does. */
  natsUsersFile?: string;
  encryptionKey: EncryptionKeys;
  gatewayPort: number;
  /** Port of the simulated network's control API; undefined when it is not wanted. */
  sandboxPort?: number;
  /** The environment of the launcher, handed on. */
  env: NodeJS.ProcessEnv;
}

interface ServiceRow {
  name: string;
  /** Built entry, from the root. */
  entry: string;
  /** Rows of one stage start side by side; a stage waits for the one before. Stopping goes the other way. */
  stage: number;
  /** Started only with the simulated network. */
  sandboxOnly?: true;
  /** The port it must have; any free one by default. */
  port?(around: Surroundings): number | undefined;
  /** Path that answers 200 when it is ready. */
  readyPath?: string;
  /** What it needs beyond the shared environment; `port` is the one it was given. */
  env?(around: Surroundings, port: number): NodeJS.ProcessEnv;
}

const engine = 'apps/engine/dist/main.js';

/** The services of the product: the network first, what works on the bus next, the door last. */
const rows: readonly ServiceRow[] = [
  {
    name: 'sandbox',
    entry: 'packages/sandbox/dist/main.js',
    stage: 1,
    sandboxOnly: true,
    readyPath: '/health',
    port: ({ sandboxPort }) => sandboxPort,
    env: ({ dataDir }, port) => ({ SANDBOX_PORT: String(port), SANDBOX_DATA_DIR: path.join(dataDir, 'sandbox') }),
  },
  {
    name: 'events',
    entry: 'apps/events/dist/main.js',
    stage: 2,
    env: (around) => ({ ...keyEnv(around), ...mediaEnv(around) }),
  },
  { name: 'scheduler', entry: 'apps/scheduler/dist/main.js', stage: 2 },
  { name: 'automation', entry: 'apps/automation/dist/main.js', stage: 2 },
  {
    name: 'engine-sandbox',
    entry: engine,
    stage: 2,
    sandboxOnly: true,
    env: (around) => ({
      ...keyEnv(around),
      ...mediaEnv(around),
      MULTIWA_NETWORK: 'sandbox',
      SANDBOX_URL: sandboxUrl(around),
    }),
  },
  {
    name: 'engine-live',
    entry: engine,
    stage: 2,
    env: (around) => ({ ...keyEnv(around), ...mediaEnv(around), MULTIWA_NETWORK: 'live' }),
  },
  {
    name: 'gateway',
    entry: 'apps/gateway/dist/main.js',
    stage: 3,
    port: ({ gatewayPort }) => gatewayPort,
    // Without an engine for it, a profile on the simulated network could never be connected.
    env: (around) => ({
      ...keyEnv(around),
      ...mediaEnv(around),
      ...(around.sandboxPort === undefined && { MULTIWA_NETWORKS: 'live' }),
      ...(around.natsUsersFile && { MULTIWA_NATS_USERS_FILE: around.natsUsersFile }),
    }),
  },
];

/** Control URL of the simulated network, undefined without one. */
export function sandboxUrl({ sandboxPort }: Surroundings): string | undefined {
  return sandboxPort === undefined ? undefined : `http://127.0.0.1:${sandboxPort}`;
}

/** The processes to supervise. `findPort` gives a free port. */
export async function serviceSpecs(around: Surroundings, findPort: () => Promise<number>): Promise<ServiceSpec[]> {
  const wanted = rows.filter(({ sandboxOnly }) => !sandboxOnly || around.sandboxPort !== undefined);
  return Promise.all(
    wanted.map(async (row) => {
      const port = row.port?.(around) ?? (await findPort());
      return {
        name: row.name,
        command: process.execPath,
        args: [youngSpace, '--import', parentWatch, path.join(around.root, row.entry)],
        env: { ...sharedEnv(around), PORT: String(port), ...row.env?.(around, port) },
        readyUrl: `http://127.0.0.1:${port}${row.readyPath ?? '/health/ready'}`,
        stage: row.stage,
      };
    }),
  );
}

/** The environment that every process of the product gets. Only those that need it hold the encryption key. */
export function sharedEnv({ env, databaseUrl, natsUrl }: Surroundings): NodeJS.ProcessEnv {
  const { MULTIWA_ENCRYPTION_KEY: _notForAll, MULTIWA_ENCRYPTION_KEY_FILE: _norThis, ...rest } = env;
  return { NODE_ENV: 'production', LOG_LEVEL: 'info', ...rest, DATABASE_URL: databaseUrl, NATS_URL: natsUrl };
}

/** What a message leaves behind is short-lived: with more room for it, less of it is copied before it is dropped. */
const youngSpace = '--max-semi-space-size=32';
const parentWatch = new URL('../supervise/parent-watch.js', import.meta.url).href;

function keyEnv({ encryptionKey }: Surroundings): NodeJS.ProcessEnv {
  return { ...encryptionKey };
}

/** Files lie in the data directory, and links lead to this machine, unless the environment says otherwise. */
function mediaEnv({ env, dataDir, gatewayPort }: Surroundings): NodeJS.ProcessEnv {
  return {
    MULTIWA_MEDIA_DIR: env.MULTIWA_MEDIA_DIR || path.join(dataDir, 'media'),
    MULTIWA_PUBLIC_URL: env.MULTIWA_PUBLIC_URL || `http://127.0.0.1:${gatewayPort}`,
  };
}
