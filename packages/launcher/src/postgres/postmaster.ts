import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTextFile } from '../system/files.js';
import { commandLine, isAlive } from '../system/processes.js';

const POLL_MS = 10;

/** What a running server writes to postmaster.pid (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*). */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** The server that runs on this data directory, or undefined. A file left by one that is gone counts as none. */
export function readPostmaster(data: string): Postmaster | undefined {
  const lines = readTextFile(pidFile(data))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!commandLine(pid)?.includes(data)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Removes a postmaster.pid whose pid now belongs to another program: PostgreSQL itself would refuse to start. */
export function clearStalePidFile(data: string): void {
  if (!readPostmaster(data)) rmSync(pidFile(data), { force: true });
}

/**
 * Waits for the server on this data directory to accept connections.
 * Undefined when there is none, or when it ended or `timeoutMs` passed before it was ready.
 */
export async function waitForReady(data: string, pid: number, timeoutMs: number): Promise<Postmaster | undefined> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid) && performance.now() < deadline) {
    const seen = readPostmaster(data);
    if (seen?.pid === pid && seen.ready) return seen;
    await sleep(POLL_MS);
  }
  return undefined;
}

function pidFile(data: string): string {
  return path.join(data, 'postmaster.pid');
}
