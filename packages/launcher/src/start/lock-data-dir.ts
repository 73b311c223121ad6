import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LauncherError, systemErrorCode } from '../errors.js';
import { readTextFile } from '../system/files.js';
import { processIdentity } from '../system/processes.js';

// Two starts may both find a stale lock; the one that wrote last keeps it, and this is how long it lets the other write.
const TAKE_OVER_SETTLE_MS = 100;
const ownerSchema = z.object({ pid: z.number().int(), identity: z.string() });

/**
 * Makes the data directory and locks it for this process. A lock whose owner is gone (killed, machine restarted) is taken
 * over: the owner is known by pid and start time, so a pid used again does not look like it.
 * @returns releases the lock.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const file = path.join(dataDir, 'launcher.lock');
  const mine = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) });
  const draft = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Root's PostgreSQL runs as another user, who must pass through; what is private in here has its own mode.
    if (process.getuid?.() === 0) chmodSync(dataDir, 0o711);
    writeFileSync(draft, mine, { mode: 0o600 });
  } catch (cause) {
    throw new LauncherError(
      'data_dir_unwritable',
      `The data directory ${dataDir} cannot be written (${systemErrorCode(cause)}): fix its permissions or choose another with --data-dir.`,
      { cause },
    );
  }
  try {
    await take(file, draft, mine, dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readTextFile(file) === mine) rmSync(file, { force: true });
  };
}

async function take(file: string, draft: string, mine: string, dataDir: string): Promise<void> {
  if (tryLink(draft, file)) return;
  refuseIfOwned(file, mine, dataDir);
  renameSync(draft, file);
  await sleep(TAKE_OVER_SETTLE_MS);
  refuseIfOwned(file, mine, dataDir);
}

function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function refuseIfOwned(file: string, mine: string, dataDir: string): void {
  const content = readTextFile(file);
  if (content === undefined || content === mine) return;
  const owner = parseOwner(content);
  if (!owner || processIdentity(owner.pid) !== owner.identity) return;
  throw new LauncherError(
    'data_dir_in_use',
    `Another MultiWA (pid ${owner.pid}) is running on ${dataDir}: stop it, or choose another --data-dir and --port.`,
  );
}

function parseOwner(content: string): z.infer<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}
