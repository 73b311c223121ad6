import { existsSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from '../errors.js';
import { accountForServer } from '../postgres/account.js';
import { superuser } from '../postgres/init-cluster.js';
import { locateCluster } from '../postgres/location.js';
import { readPostmaster } from '../postgres/postmaster.js';
import { readTextFile } from '../system/files.js';

/** Addresses of the servers that run on a data directory, for a command beside the running product. @throws LauncherError */
export function runningServers(dataDir: string): { databaseUrl: string; natsUrl: string | undefined } {
  const wanted = path.join(dataDir, 'postgres');
  const cluster = existsSync(wanted) ? locateCluster(wanted, accountForServer()) : undefined;
  const postmaster = cluster && readPostmaster(cluster.data);
  const secret = cluster && readTextFile(cluster.secretFile);
  if (!postmaster || !secret) {
    throw new LauncherError(
      'not_running',
      `No MultiWA is running on ${dataDir}: start it with npm start, name another --data-dir, or set DATABASE_URL.`,
    );
  }
  const natsPort = readTextFile(path.join(dataDir, 'nats', 'port'));
  const natsPassword = readTextFile(path.join(dataDir, 'nats', 'services.password'));
  return {
    databaseUrl: `postgresql://${superuser}:${secret}@127.0.0.1:${postmaster.port}/multiwa`,
    natsUrl: natsPort && `nats://${natsPassword ? `services:${natsPassword}@` : ''}127.0.0.1:${natsPort}`,
  };
}
