import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from '../errors.js';

const POLL_MS = 15;
const WATCH_MS = 250;
const PS_TIMEOUT_MS = 5_000;

/**
 * Whether a process with this pid exists. A zombie is not counted, since nobody may ever reap it, unless threads of it are
 * still ending: they hold its ports and files until the last one is gone.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
  return statField(pid, 'state') !== 'Z' || Number(statField(pid, 'threads')) > 1;
}

/** The command line of a process, its arguments joined by spaces, or undefined when it is gone. */
export function commandLine(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const raw = readProc(pid, 'cmdline');
    return raw?.replaceAll('\0', ' ').trim();
  }
  return ps(pid, 'command=');
}

/**
 * Names one run of one process: a pid alone is reused by the system, a pid with its start time is not.
 * Undefined when the process is gone.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  const started = statField(pid, 'starttime');
  return started === undefined ? undefined : `${bootId()}:${started}`;
}

/** Waits until the process is gone. Resolves to false when it is still there after `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid)) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Resolves when a process that is not our child is gone. Looks four times a second and keeps nothing alive. */
export function watchExit(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve();
    }, WATCH_MS);
    timer.unref();
  });
}

/** Sends a signal; a process that is already gone is not an error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

/** Sends each signal in turn and waits for the process to end, up to the given milliseconds for each. */
export async function endProcess(pid: number, steps: readonly (readonly [NodeJS.Signals, number])[]): Promise<void> {
  for (const [signal, waitMs] of steps) {
    sendSignal(pid, signal);
    if (await waitForExit(pid, waitMs)) return;
  }
  throw new Error(`process ${pid} does not end`);
}

// Positions in /proc/<pid>/stat after the command name (proc(5) numbers them 3, 20 and 22).
const statFields = { state: 0, threads: 17, starttime: 19 };

/** One field of /proc/<pid>/stat; the command name in it may hold spaces and parentheses, so it is cut off first. */
function statField(pid: number, field: keyof typeof statFields): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const raw = readProc(pid, 'stat');
  return raw?.slice(raw.lastIndexOf(')') + 2).split(' ')[statFields[field]];
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function ps(pid: number, column: string): string | undefined {
  const result = spawnSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
    encoding: 'utf8',
    timeout: PS_TIMEOUT_MS,
  });
  return result.stdout?.trim() || undefined;
}
