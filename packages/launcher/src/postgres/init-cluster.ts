import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { LauncherError } from '../errors.js';
import { readTextFile, writeFileAtomically } from '../system/files.js';
import type { RunAs } from './account.js';
import type { Binaries } from './binaries.js';
import { type Cluster, makePrivateDir } from './location.js';

/** Superuser of the embedded cluster. */
export const superuser = 'multiwa';

/**
 * Makes the cluster on first use. initdb works in a directory of its own that is renamed when complete,
 * so that a start killed half way leaves nothing that looks like a cluster.
 */
export async function initCluster(
  cluster: Cluster,
  binaries: Binaries,
  runAs: RunAs | undefined,
  sync: boolean,
): Promise<void> {
  const made = path.join(cluster.data, 'PG_VERSION');
  if (existsSync(made)) return checkVersion(cluster, readTextFile(made), binaries.major);
  const fresh = path.join(cluster.dir, 'data.new');
  const passwordFile = path.join(cluster.dir, 'password.tmp');
  rmSync(fresh, { recursive: true, force: true });
  makePrivateDir(fresh, runAs);
  // Password authentication even on loopback: with "trust" any user of the machine would be a database superuser.
  const secret = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, secret, { mode: 0o600 });
  if (runAs) chownSync(passwordFile, runAs.uid, runAs.gid);
  try {
    await runInitdb(binaries.initdb, initdbArgs(fresh, passwordFile, sync), runAs);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileAtomically(cluster.secretFile, secret, 0o600);
  renameSync(fresh, cluster.data);
}

function initdbArgs(data: string, passwordFile: string, sync: boolean): string[] {
  return [
    ...['-D', data, '-U', superuser, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'],
    // PostgreSQL's own locale: right for every script, and independent of what the machine has installed.
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ...(sync ? [] : ['--no-sync']),
  ];
}

async function runInitdb(initdb: string, args: string[], runAs: RunAs | undefined): Promise<void> {
  const child = spawn(initdb, args, { ...runAs, cwd: '/', env: serverEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const [complaint, [code]] = await Promise.race([Promise.all([text(child.stderr), once(child, 'exit')]), failed]);
  if (code !== 0) {
    throw new LauncherError(
      'postgres_failed',
      `PostgreSQL's initdb failed (${complaint.trim().split('\n').at(-1)}): check free space and permissions of the data directory, or set DATABASE_URL.`,
    );
  }
}

function checkVersion(cluster: Cluster, found: string | undefined, wanted: string): void {
  if (found === wanted) return;
  throw new LauncherError(
    'postgres_failed',
    `${cluster.data} was written by PostgreSQL ${found} and this release runs ${wanted}: start the release that wrote it, or choose another --data-dir.`,
  );
}

/** The server gets nothing of our environment but the search path; its messages are English and its clock is UTC. */
export function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}
