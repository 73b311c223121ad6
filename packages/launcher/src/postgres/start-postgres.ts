import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from '../errors.js';
import { fileSize, readTail, readTextFile } from '../system/files.js';
import { rememberedPort, rememberPort } from '../system/ports.js';
import { endProcess, sendSignal, watchExit } from '../system/processes.js';
import { accountForServer, type RunAs } from './account.js';
import { type Binaries, findBinaries } from './binaries.js';
import { createDatabase } from './databases.js';
import { initCluster, serverEnv, superuser } from './init-cluster.js';
import { type Cluster, locateCluster } from './location.js';
import { clearStalePidFile, type Postmaster, readPostmaster, waitForReady } from './postmaster.js';

// Recovery after a crash replays the write-ahead log first, which takes a while on a slow disk.
const READY_TIMEOUT_MS = 120_000;
const ATTEMPTS = 10;
const RETRY_MS = 200;
// Fast shutdown, then immediate (safe: the log is replayed at the next start), then the last resort.
const STOP_STEPS = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 2_000],
  ['SIGKILL', 2_000],
] as const;

export interface PostgresOptions {
  /** Directory of the cluster; made when missing. */
  dataDir: string;
  /** Port on 127.0.0.1; by default the one used last time on this directory, or any free one. */
  port?: number;
  /** More arguments for the server, such as `-c`, `work_mem=8MB`. */
  flags?: readonly string[];
  /** false makes initdb skip its fsync; for throw-away clusters only. */
  syncInit?: boolean;
}

export interface PostgresServer {
  /** Connection URL with password; of the database `multiwa` unless another is named. */
  url(database?: string): string;
  port: number;
  pid: number;
  /** True when a server left running by a killed process was taken over. */
  adopted: boolean;
  /** Where the files really are; differs from the wanted directory when root starts in an unreachable one. */
  dir: string;
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
  /** Immediate shutdown: the write-ahead log is replayed at the next start. */
  kill(): void;
}

/**
 * Starts the embedded PostgreSQL on a data directory, or adopts the one that a killed launcher left behind,
 * and makes sure that the database `multiwa` exists. The server outlives this process unless stopped.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const runAs = accountForServer();
  const cluster = locateCluster(options.dataDir, runAs);
  const orphan = readPostmaster(cluster.data);
  const adopted = orphan && (await waitForReady(cluster.data, orphan.pid, READY_TIMEOUT_MS));
  const running = adopted ? { ...adopted, exited: watchExit(adopted.pid) } : await launch(options, cluster, runAs);
  rememberPort(cluster.portFile, running.port);
  const secret = readTextFile(cluster.secretFile);
  const url = (database = 'multiwa') =>
    `postgresql://${superuser}:${secret}@127.0.0.1:${running.port}/${encodeURIComponent(database)}`;
  await createDatabase(url('postgres'), 'multiwa');
  return {
    url,
    port: running.port,
    pid: running.pid,
    adopted: adopted !== undefined,
    dir: cluster.dir,
    exited: running.exited,
    stop: () => endProcess(running.pid, STOP_STEPS),
    kill: () => sendSignal(running.pid, 'SIGQUIT'),
  };
}

type Running = Postmaster & { exited: Promise<void> };

async function launch(options: PostgresOptions, cluster: Cluster, runAs: RunAs | undefined): Promise<Running> {
  const binaries = findBinaries(runAs, path.join(cluster.dir, 'bin'));
  await initCluster(cluster, binaries, runAs, options.syncInit ?? true);
  clearStalePidFile(cluster.data);
  let complaint = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = options.port ?? (await rememberedPort(cluster.portFile));
    const logStart = fileSize(cluster.logFile);
    const child = spawnServer(binaries, cluster, runAs, ['-p', String(port), ...(options.flags ?? [])]);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const running = child.pid && (await waitForReady(cluster.data, child.pid, READY_TIMEOUT_MS));
    if (running) return { ...running, exited };
    complaint = readTail(cluster.logFile, logStart);
    if (!isPassing(complaint, options.port)) break;
    await sleep(RETRY_MS);
  }
  if (/Address already in use/.test(complaint)) {
    throw new LauncherError('port_taken', `Port ${options.port} for PostgreSQL is taken: free it or choose another.`);
  }
  throw new LauncherError('postgres_failed', `PostgreSQL did not start: see ${cluster.logFile}, or set DATABASE_URL.`, {
    cause: new Error(complaint),
  });
}

/**
 * What goes away by itself: the children of a postmaster that was killed need a moment to leave,
 * and a port found free may be taken before we listen on it.
 */
function isPassing(complaint: string, wantedPort: number | undefined): boolean {
  if (/pre-existing shared memory block|lock file .* already exists/.test(complaint)) return true;
  return wantedPort === undefined && /Address already in use/.test(complaint);
}

function spawnServer(binaries: Binaries, cluster: Cluster, runAs: RunAs | undefined, args: string[]): ChildProcess {
  // A file, not a pipe: the server goes on logging when this process is killed.
  const log = openSync(cluster.logFile, 'a', 0o600);
  try {
    const child = spawn(
      binaries.postgres,
      [
        ...['-D', cluster.data, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
        // Plans are made anew when a table is analyzed, and those of an empty table are poor: not only every minute.
        ...['-c', 'max_connections=200', '-c', 'autovacuum_naptime=5s', ...args],
      ],
      // Its own process group: Ctrl-C in the terminal must reach the launcher only, which stops things in order.
      { ...runAs, cwd: '/', env: serverEnv(), stdio: ['ignore', log, log], detached: true },
    );
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}
