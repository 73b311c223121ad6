import path from 'node:path';
import { LauncherError } from '../errors.js';
import { startNats } from '../nats/start-nats.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { Supervisor } from '../supervise/supervisor.js';
import { freePort, isPortFree, rememberedPort, rememberPort, reservePort } from '../system/ports.js';
import { encryptionKey } from './encryption-key.js';
import { FirstApiKey } from './first-api-key.js';
import { keepServer } from './keep-server.js';
import { lockDataDir } from './lock-data-dir.js';
import type { Opened } from './opened.js';
import type { StartOptions } from './options.js';
import { endOrphans, recordProcesses } from './orphans.js';
import { readyBlock } from './ready-block.js';
import { runStep } from './run-step.js';
import { type Surroundings, sandboxUrl, serviceSpecs, sharedEnv } from './services.js';

export interface StartContext {
  env: NodeJS.ProcessEnv;
  /** Directory with the built apps and packages. */
  root: string;
  say(line: string): void;
  /** Takes whatever is opened, as soon as it is open; closing it is the caller's. */
  opened: Opened;
  /** Aborted by Ctrl-C: the start goes no further. */
  signal: AbortSignal;
}

/** Starts the whole product on this machine and says where it is. Throws one sentence when a step fails. */
export async function startGateway(options: StartOptions, context: StartContext): Promise<void> {
  const startedAt = performance.now();
  const { dataDir } = options;
  const { say, signal, opened, root } = context;
  opened.push({ stop: await lockDataDir(dataDir) });
  await endOrphans(dataDir, say);
  await refuseTakenPort(options.port);
  reservePort(options.port);
  const key = encryptionKey(dataDir, context.env);
  signal.throwIfAborted();
  const database = await provideDatabase(options, context);
  signal.throwIfAborted();
  const { natsUrl, natsUsersFile } = await provideBus(options, context);
  const around: Surroundings = {
    root,
    dataDir,
    databaseUrl: database.url,
    natsUrl,
    natsUsersFile,
    encryptionKey: key,
    gatewayPort: options.port,
    sandboxPort: options.sandbox ? await lastingPort(path.join(dataDir, 'sandbox.port')) : undefined,
    env: context.env,
  };
  const firstKey = await prepareDatabase(around, context);
  await startServices(around, context);
  say(
    readyBlock({
      seconds: (performance.now() - startedAt) / 1_000,
      port: options.port,
      natsUrl,
      dataDir,
      apiKey: firstKey.unseen(),
      sandboxUrl: sandboxUrl(around),
      postgresDir: database.dir,
    }),
  );
  firstKey.shown();
}

async function refuseTakenPort(port: number): Promise<void> {
  if ((await isPortFree(port, '0.0.0.0')) && (await isPortFree(port, '127.0.0.1'))) return;
  throw new LauncherError(
    'port_taken',
    `Port ${port} is taken or not allowed: free it, or choose another with --port.`,
  );
}

/** The same port at every start while it is free: people keep URLs. */
async function lastingPort(file: string): Promise<number> {
  const port = await rememberedPort(file);
  rememberPort(file, port);
  return port;
}

async function provideDatabase(
  { databaseUrl, dataDir }: StartOptions,
  { say, opened }: StartContext,
): Promise<{ url: string; dir?: string }> {
  if (databaseUrl) return { url: databaseUrl };
  const wanted = path.join(dataDir, 'postgres');
  const kept = await keepServer('PostgreSQL', (port) => startPostgres({ dataDir: wanted, port }), say);
  opened.push(kept);
  const { url, dir, port, adopted } = kept.current();
  say(`PostgreSQL ${adopted ? 'was still running' : 'runs'} on port ${port}.`);
  return { url: url(), dir: dir === wanted ? undefined : dir };
}

async function provideBus(
  { natsUrl, dataDir }: StartOptions,
  { say, opened }: StartContext,
): Promise<{ natsUrl: string; natsUsersFile?: string }> {
  if (natsUrl) return { natsUrl };
  const start = (port?: number) => startNats({ dataDir: path.join(dataDir, 'nats'), port, users: true });
  const kept = await keepServer('NATS', start, say);
  opened.push(kept);
  const { url, usersFile, port, adopted } = kept.current();
  say(`NATS ${adopted ? 'was still running' : 'runs'} on port ${port}.`);
  return { natsUrl: url, natsUsersFile: usersFile };
}

/** Migrates, then makes the organization, workspace, owner and API key of a first start. */
async function prepareDatabase(around: Surroundings, { root, signal }: StartContext): Promise<FirstApiKey> {
  const entry = (file: string) => path.join(root, file);
  const env = sharedEnv(around);
  await runStep({ what: 'Migrating the database', entry: entry('packages/db/dist/migrate.js'), env, signal });
  const firstKey = new FirstApiKey(around.dataDir);
  const bootstrap = entry('apps/gateway/dist/bootstrap.js');
  firstKey.keep(await runStep({ what: 'Preparing the first workspace', entry: bootstrap, env, signal }));
  return firstKey;
}

async function startServices(around: Surroundings, { say, signal, opened }: StartContext): Promise<void> {
  const services = new Supervisor(await serviceSpecs(around, freePort), {
    logDir: path.join(around.dataDir, 'logs'),
    say,
    onProcesses: (running) => recordProcesses(around.dataDir, running),
  });
  opened.push(services);
  await services.start(signal);
}
