import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readTextFile, writeFileAtomically } from '../system/files.js';
import { endProcess, processIdentity } from '../system/processes.js';

const STOP_STEPS = [
  ['SIGTERM', 5_000],
  ['SIGKILL', 2_000],
] as const;
const recordSchema = z.array(z.object({ name: z.string(), pid: z.number().int(), identity: z.string() }));

/** Records which service processes run, for the launcher that comes after a `kill -9` of this one. */
export function recordProcesses(dataDir: string, running: readonly { name: string; pid: number }[]): void {
  const records = running.flatMap(({ name, pid }) => {
    const identity = processIdentity(pid);
    return identity ? [{ name, pid, identity }] : [];
  });
  writeFileAtomically(recordFile(dataDir), JSON.stringify(records), 0o600);
}

/** Ends the services that a killed launcher left running; normally they are ending already (parent-watch.ts). */
export async function endOrphans(dataDir: string, say: (line: string) => void): Promise<void> {
  const orphans = readRecords(dataDir).filter(({ pid, identity }) => processIdentity(pid) === identity);
  if (orphans.length > 0)
    say(`Ending what an earlier start left running: ${orphans.map(({ name }) => name).join(', ')}.`);
  await Promise.all(orphans.map(({ pid }) => endProcess(pid, STOP_STEPS)));
  rmSync(recordFile(dataDir), { force: true });
}

function readRecords(dataDir: string): z.infer<typeof recordSchema> {
  const content = readTextFile(recordFile(dataDir));
  if (!content) return [];
  return recordSchema.safeParse(JSON.parse(content)).data ?? [];
}

function recordFile(dataDir: string): string {
  return path.join(dataDir, 'services.json');
}
