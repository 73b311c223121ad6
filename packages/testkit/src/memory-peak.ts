import { readFile, writeFile } from 'node:fs/promises';
import { residentKb } from './chaos/memory.js';

/** Resident memory of a process over some time, in megabytes. */
export interface MemoryGrowth {
  before: number;
  peak: number;
  /** How far it rose above where it began. */
  growth: number;
}

const SAMPLE_EVERY_MS = 50;
const KB_PER_MB = 1_024;

/**
 * Watches the resident memory of processes, by name, until `stop`. Linux counts peaks by itself, so that none is missed; where
 * it does not, memory is looked at every 50 ms.
 */
export async function watchMemory(
  pids: Readonly<Record<string, number>>,
): Promise<{ stop(): Promise<Record<string, MemoryGrowth>> }> {
  const all = Object.values(pids);
  const before = await residentKb(all);
  const peaks = new Map(before);
  const counted = new Set<number>();
  for (const pid of all) if (await resetPeak(pid)) counted.add(pid);
  const raise = (pid: number, kb: number) => peaks.set(pid, Math.max(kb, peaks.get(pid) ?? 0));
  const sampled = all.filter((pid) => !counted.has(pid));
  let looking: Promise<void> | undefined;
  const look = async () => {
    for (const [pid, kb] of await residentKb(sampled)) raise(pid, kb);
  };
  const timer = setInterval(() => {
    if (sampled.length > 0) looking ??= look().finally(() => (looking = undefined));
  }, SAMPLE_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      for (const pid of counted) raise(pid, await peakKb(pid));
      return Object.fromEntries(
        Object.entries(pids).map(([name, pid]) => {
          const [first, highest] = [megabytes(before.get(pid)), megabytes(peaks.get(pid))];
          return [name, { before: first, peak: highest, growth: highest - first }];
        }),
      );
    },
  };
}

function megabytes(kb: number | undefined): number {
  return Math.round((kb ?? Number.NaN) / KB_PER_MB);
}

/** Linux begins to count anew; false where it cannot. See proc(5), clear_refs. */
async function resetPeak(pid: number): Promise<boolean> {
  return writeFile(`/proc/${pid}/clear_refs`, '5').then(
    () => true,
    () => false,
  );
}

async function peakKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}
