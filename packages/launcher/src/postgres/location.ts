import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { isTraversableByAll, readTextFile, writeFileAtomically } from '../system/files.js';
import type { RunAs } from './account.js';
import { sharedStateDir } from './binaries.js';

/** Where a cluster's files are: `dir` is ours, `dir/data` belongs to the account that runs the server. */
export interface Cluster {
  dir: string;
  data: string;
  secretFile: string;
  portFile: string;
  logFile: string;
}

/**
 * The cluster's directory is the wanted one, unless root starts and `nobody` may not enter it (a checkout under /root).
 * Then the files live under /var/lib/multiwa, in a directory of random name, and a file `location` in the wanted
 * directory points there: whoever deletes the wanted directory gets a fresh cluster, not an old one by surprise.
 */
export function locateCluster(wantedDir: string, runAs: RunAs | undefined): Cluster {
  const wanted = path.resolve(wantedDir);
  const dir = runAs && !isReachable(wanted) ? elsewhere(wanted) : wanted;
  mkdirSync(dir, { recursive: true, mode: runAs ? 0o711 : 0o700 });
  if (runAs) chmodSync(dir, 0o711);
  return {
    dir,
    data: path.join(dir, 'data'),
    secretFile: path.join(dir, 'secret'),
    portFile: path.join(dir, 'port'),
    logFile: path.join(dir, 'server.log'),
  };
}

/** Makes an empty directory that only the server's account may use. */
export function makePrivateDir(dir: string, runAs: RunAs | undefined): void {
  mkdirSync(dir, { mode: 0o700 });
  if (runAs) chownSync(dir, runAs.uid, runAs.gid);
}

function isReachable(wanted: string): boolean {
  return isTraversableByAll(path.dirname(wanted)) && readTextFile(path.join(wanted, 'location')) === undefined;
}

function elsewhere(wanted: string): string {
  const pointer = path.join(wanted, 'location');
  const known = readTextFile(pointer);
  if (known) return known;
  const dir = path.join(sharedStateDir, `postgres-data-${randomBytes(6).toString('hex')}`);
  mkdirSync(wanted, { recursive: true, mode: 0o711 });
  mkdirSync(sharedStateDir, { recursive: true, mode: 0o711 });
  writeFileAtomically(pointer, `${dir}\n`, 0o600);
  return dir;
}
