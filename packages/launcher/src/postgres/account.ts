import { readFileSync } from 'node:fs';
import { LauncherError } from '../errors.js';

/** The system account that runs the server, when it is not the one that starts it. */
export interface RunAs {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, and initdb refuses a uid without an entry in /etc/passwd.
 * Root therefore runs it as `nobody`, which every Unix has, so that no account needs to be created.
 * Undefined for ordinary users: the server then runs as they do.
 */
export function accountForServer(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  const uid = Number(entry?.[2]);
  const gid = Number(entry?.[3]);
  if (entry && Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  throw new LauncherError(
    'postgres_failed',
    'PostgreSQL cannot run as root and there is no user "nobody" to run it as: start as an ordinary user, or set DATABASE_URL.',
  );
}
