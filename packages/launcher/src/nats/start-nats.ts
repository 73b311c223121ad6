import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LauncherError } from '../errors.js';
import { fileSize, readTail, readTextFile, writeFileAtomically } from '../system/files.js';
import { defaultCacheDir } from '../system/paths.js';
import { rememberedPort, rememberPort } from '../system/ports.js';
import { endProcess, processIdentity, sendSignal, watchExit } from '../system/processes.js';
import { natsConfig } from './config.js';
import { findNatsServer } from './find-server.js';
import { waitForGreeting } from './probe.js';
import { type NatsUsers, natsUsers, reloadOnChange } from './users.js';

// A file store of some gigabytes is checked before the server listens.
const READY_TIMEOUT_MS = 60_000;
const ADOPT_TIMEOUT_MS = 5_000;
const ATTEMPTS = 5;
const STOP_STEPS = [
  ['SIGTERM', 4_000],
  ['SIGKILL', 2_000],
] as const;

export interface NatsOptions {
  /** Directory of the file store; made when missing. */
  dataDir: string;
  /** Port on 127.0.0.1; by default the one used last time on this directory, or any free one. */
  port?: number;
  /** Only known users get in: our services, and those that the gateway adds. */
  users?: boolean;
  /** Where a downloaded nats-server is kept; by default one place for the whole checkout. */
  cacheDir?: string;
}

export interface NatsServer {
  /** With the password of our services, where the server wants one. */
  url: string;
  /** Where the gateway keeps the server's users; undefined when it asks nobody who they are. */
  usersFile: string | undefined;
  port: number;
  pid: number;
  /** True when a server left running by a killed process was taken over. */
  adopted: boolean;
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const recordSchema = z.object({ pid: z.number().int(), identity: z.string(), port: z.number().int() });

interface Files {
  store: string;
  config: string;
  record: string;
  port: string;
  log: string;
}

/**
 * Starts nats-server with JetStream on a data directory, or adopts the one that a killed launcher left behind.
 * One whose configuration is not the one we would write now is ended and started anew.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const dir = path.resolve(options.dataDir);
  const files: Files = {
    store: path.join(dir, 'store'),
    config: path.join(dir, 'nats.conf'),
    record: path.join(dir, 'server.json'),
    port: path.join(dir, 'port'),
    log: path.join(dir, 'server.log'),
  };
  mkdirSync(files.store, { recursive: true, mode: 0o700 });
  const users = options.users ? natsUsers(dir) : undefined;
  // Before the server reads them: what changes meanwhile is read again.
  const known = users && readTextFile(users.file);
  const orphan = await adopt(files, options.port, users);
  const running = orphan ?? (await launch(options, files, users));
  const endReloads = users && reloadOnChange(users.file, running.pid, known);
  // What changed while nobody watched. One that was just started has read it, and refuses log-ins while it reads again.
  if (orphan && users) sendSignal(orphan.pid, 'SIGHUP');
  void running.exited.then(endReloads);
  return {
    url: `nats://${users ? `services:${users.password}@` : ''}127.0.0.1:${running.port}`,
    usersFile: users?.file,
    port: running.port,
    pid: running.pid,
    adopted: orphan !== undefined,
    exited: running.exited,
    async stop() {
      endReloads?.();
      await endProcess(running.pid, STOP_STEPS);
      rmSync(files.record, { force: true });
    },
    kill: () => sendSignal(running.pid, 'SIGKILL'),
  };
}

interface Running {
  pid: number;
  port: number;
  exited: Promise<void>;
}

async function adopt(
  files: Files,
  wantedPort: number | undefined,
  users: NatsUsers | undefined,
): Promise<Running | undefined> {
  const record = readRecord(files.record);
  if (!record || processIdentity(record.pid) !== record.identity) return undefined;
  const asWanted =
    readTextFile(files.config) === natsConfig(record.port, files.store, users && path.basename(users.file)).trim() &&
    (wantedPort === undefined || wantedPort === record.port);
  if (asWanted && (await waitForGreeting(record.pid, record.port, ADOPT_TIMEOUT_MS))) {
    return { pid: record.pid, port: record.port, exited: watchExit(record.pid) };
  }
  await endProcess(record.pid, STOP_STEPS);
  return undefined;
}

function readRecord(file: string): z.infer<typeof recordSchema> | undefined {
  const content = readTextFile(file);
  if (!content) return undefined;
  return recordSchema.safeParse(JSON.parse(content)).data;
}

async function launch(options: NatsOptions, files: Files, users: NatsUsers | undefined): Promise<Running> {
  const cacheDir = options.cacheDir ?? defaultCacheDir;
  const binary = await findNatsServer({ cacheDir, configured: process.env.MULTIWA_NATS_SERVER });
  let complaint = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = options.port ?? (await rememberedPort(files.port));
    const logStart = fileSize(files.log);
    writeFileAtomically(files.config, natsConfig(port, files.store, users && path.basename(users.file)), 0o600);
    const child = spawnServer(binary, files, users);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const identity = child.pid && processIdentity(child.pid);
    if (child.pid && identity) {
      // Written before it is ready, so that a start killed here is found too.
      writeFileAtomically(files.record, JSON.stringify({ pid: child.pid, identity, port }), 0o600);
      rememberPort(files.port, port);
      if (await waitForGreeting(child.pid, port, READY_TIMEOUT_MS)) return { pid: child.pid, port, exited };
      await endProcess(child.pid, STOP_STEPS);
    }
    complaint = readTail(files.log, logStart);
    if (options.port !== undefined || !/address already in use/i.test(complaint)) break;
  }
  if (/address already in use/i.test(complaint)) {
    throw new LauncherError('port_taken', `Port ${options.port} for NATS is taken: free it or choose another.`);
  }
  throw new LauncherError('nats_failed', `nats-server did not start: see ${files.log}, or set NATS_URL.`, {
    cause: new Error(complaint),
  });
}

function spawnServer(binary: string, files: Files, users: NatsUsers | undefined): ChildProcess {
  // A file, not a pipe: the server goes on logging when this process is killed.
  const log = openSync(files.log, 'a', 0o600);
  try {
    // Its own process group: Ctrl-C in the terminal must reach the launcher only, which stops things in order.
    const child = spawn(binary, ['-c', files.config], {
      stdio: ['ignore', log, log],
      detached: true,
      // In quotes, since the server reads what the environment says like its configuration: `5v…` would be a number gone wrong.
      env: { ...process.env, ...(users && { NATS_SERVICES_PASSWORD: `"${users.password}"` }) },
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}
