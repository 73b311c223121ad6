import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PS_TIMEOUT_MS = 10_000;

/** Resident memory of processes in KB, as `ps` says (POSIX), by process id; a process that is gone is missing. */
export async function residentKb(pids: readonly number[]): Promise<Map<number, number>> {
  const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { timeout: PS_TIMEOUT_MS });
  const lines = stdout.trim().split('\n');
  return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([pid = 0, rss = 0]) => [pid, rss]));
}
