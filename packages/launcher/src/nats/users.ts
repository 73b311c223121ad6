import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readTextFile, writeFileAtomically } from '../system/files.js';
import { sendSignal } from '../system/processes.js';

/** Who may use a server of NATS: our services by a password, and whoever the gateway adds to the file of users. */
export interface NatsUsers {
  /** Included by the server's configuration, and written by the gateway. */
  file: string;
  /** Of the user `services`. */
  password: string;
}

/** How soon the server learns of a changed file. */
const LOOK_EVERY_MS = 250;
const servicesOnly = 'users = [\n  { user: "services", password: $NATS_SERVICES_PASSWORD }\n]\n';

/** The users of the server on this directory, made when they are missing. */
export function natsUsers(dir: string): NatsUsers {
  const file = path.join(dir, 'users.conf');
  const passwordFile = path.join(dir, 'services.password');
  const present = readTextFile(passwordFile);
  const password = present ?? randomBytes(32).toString('base64url');
  if (!present) writeFileAtomically(passwordFile, password, 0o600);
  if (!existsSync(file)) writeFileAtomically(file, servicesOnly, 0o600);
  return { file, password };
}

/**
 * Has the server read its users again whenever their file says something else than `known`, which it has read. The text is
 * compared and not the time of the file, so that a change right after the start is seen as well. @returns what ends that
 */
export function reloadOnChange(file: string, pid: number, known: string | undefined): () => void {
  let last = known;
  const look = () => {
    const text = readTextFile(file);
    if (text === last) return;
    last = text;
    sendSignal(pid, 'SIGHUP');
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
