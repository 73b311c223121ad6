import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  encryptionKey,
  FirstApiKey,
  freePort,
  repositoryRoot,
  runStep,
  type Servers,
  type Surroundings,
  serviceSpecs,
  sharedEnv,
  startServers,
} from '@multiwa/launcher';
import { createSandboxClient, type SandboxClient } from '@multiwa/sandbox/client';
import { createClient, type MultiwaClient } from '@multiwa/sdk';
import { RunningServices } from './running-services.js';

/** What can be killed and started again; a number makes it one more of its kind, such as `engine-sandbox-2`. */
export type ServiceName = ServiceKind | `${ServiceKind}-${number}`;

type ServiceKind = 'sandbox' | 'events' | 'scheduler' | 'automation' | 'engine-sandbox' | 'engine-live' | 'gateway';

export interface ProductOptions {
  /** Which services to start; by default all that a product without the live network needs. */
  services?: readonly ServiceName[];
  /** Kept after stop when given; by default a temporary one that stop removes. */
  dataDir?: string;
  /** false makes PostgreSQL faster and unsafe against its own crash: for tests that do not kill it. */
  durable?: boolean;
  /** Set for every service, over the defaults. */
  env?: Record<string, string>;
  /** Puts something between the services and PostgreSQL: gets its URL, resolves with the one that they shall use. */
  databaseVia?(url: string): Promise<string>;
  /** Told what the operator would see on the terminal. */
  say?(line: string): void;
}

/** The whole product, as processes of its own on servers of its own. */
export interface Product {
  /** The gateway, such as http://127.0.0.1:41234. */
  url: string;
  /** The key of the first start, with every scope. */
  apiKey: string;
  client: MultiwaClient;
  /** The simulated WhatsApp network, with its virtual phones. */
  sandbox: SandboxClient;
  sandboxUrl: string;
  databaseUrl: string;
  natsUrl: string;
  dataDir: string;
  services: RunningServices;
  /** PostgreSQL and NATS, to be restarted amid the work. */
  readonly servers: Servers;
  /** The last lines of a service's log. */
  logs(name: string, lines?: number): string;
  /** Stops everything, PostgreSQL, NATS and the simulated network too, and starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const defaultServices: readonly ServiceName[] = [
  'sandbox',
  'events',
  'scheduler',
  'automation',
  'engine-sandbox',
  'gateway',
];
const LOG_LINES = 40;
/** What a service needs of this process's environment; a test runner's own settings must not change the product. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LOG_LEVEL', 'NODE_OPTIONS'];

/** Starts PostgreSQL, NATS and the services, migrated and with a first workspace. Always call stop. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataDir = options.dataDir ?? temporaryDir();
  const ports = { gatewayPort: await freePort(), sandboxPort: await freePort() };
  const remove = (servers?: Servers) => {
    if (options.dataDir) return;
    if (servers) rmSync(servers.postgres.dir, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  };
  let parts = await startParts(dataDir, ports, options).catch((error: unknown) => {
    remove();
    throw error;
  });
  const killAll = () => {
    parts.services.killAll();
    parts.servers.postgres.kill();
    parts.servers.nats.kill();
  };
  process.once('exit', killAll);
  const url = `http://127.0.0.1:${ports.gatewayPort}`;
  const network = `http://127.0.0.1:${ports.sandboxPort}`;
  return {
    url,
    apiKey: parts.apiKey,
    client: createClient({ url, apiKey: parts.apiKey }),
    sandbox: createSandboxClient(network),
    sandboxUrl: network,
    databaseUrl: parts.servers.postgres.url(),
    natsUrl: parts.servers.nats.url,
    dataDir,
    get services() {
      return parts.services;
    },
    get servers() {
      return parts.servers;
    },
    logs: (name, lines = LOG_LINES) => tail(parts.services.logFile(name), lines),
    async restart() {
      await stopParts(parts);
      parts = await startParts(dataDir, ports, options);
    },
    async stop() {
      await stopParts(parts);
      process.off('exit', killAll);
      remove(parts.servers);
    },
  };
}

interface Parts {
  servers: Servers;
  services: RunningServices;
  apiKey: string;
}

async function startParts(
  dataDir: string,
  ports: { gatewayPort: number; sandboxPort: number },
  options: ProductOptions,
): Promise<Parts> {
  const servers = await startServers({ dataDir, durable: options.durable, natsUsers: true });
  const around: Surroundings = {
    root: repositoryRoot,
    dataDir,
    databaseUrl: servers.postgres.url(),
    natsUrl: servers.nats.url,
    natsUsersFile: servers.nats.usersFile,
    encryptionKey: encryptionKey(dataDir, undefined),
    ...ports,
    env: { ...pick(process.env, inherited), ...options.env },
  };
  const wanted = options.services ?? defaultServices;
  const databaseUrl = (await options.databaseVia?.(around.databaseUrl)) ?? around.databaseUrl;
  const specs = (await serviceSpecs({ ...around, databaseUrl }, freePort)).filter(({ name }) =>
    wanted.some((each) => each === name),
  );
  const more = wanted.filter((name) => !specs.some((spec) => spec.name === name));
  const services = new RunningServices(specs, path.join(dataDir, 'logs'), options.say ?? (() => undefined));
  try {
    const apiKey = await prepareDatabase(around);
    await services.startAll();
    for (const name of more) await services.start(name);
    return { servers, services, apiKey };
  } catch (error) {
    const logs = services.names().map((name) => `--- ${name}\n${tail(services.logFile(name), LOG_LINES)}`);
    await stopParts({ servers, services });
    throw new Error(`the product did not start\n${logs.join('\n')}`, { cause: error });
  }
}

async function stopParts({ servers, services }: Omit<Parts, 'apiKey'>): Promise<void> {
  await services.stopAll();
  await servers.stop();
}

/** @returns the key of the first workspace, which stays in the data directory because nobody is shown it here. */
async function prepareDatabase(around: Surroundings): Promise<string> {
  const env = sharedEnv(around);
  const signal = new AbortController().signal;
  const entry = (file: string) => path.join(repositoryRoot, file);
  await runStep({ what: 'Migrating', entry: entry('packages/db/dist/migrate.js'), env, signal });
  const firstKey = new FirstApiKey(around.dataDir);
  firstKey.keep(await runStep({ what: 'Bootstrapping', entry: entry('apps/gateway/dist/bootstrap.js'), env, signal }));
  const apiKey = firstKey.unseen();
  if (!apiKey) throw new Error(`${around.dataDir} belongs to a product whose first API key is not known`);
  return apiKey.trim();
}

/** Root's PostgreSQL runs as another user, which must be able to pass through the directory. */
function temporaryDir(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-product-'));
  chmodSync(dir, 0o711);
  return dir;
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function tail(file: string, lines: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
