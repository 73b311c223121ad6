import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { World } from './world.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ServiceProcess {
  /** As the kernel ends a process that has no time left: nothing is cleaned up. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with its exit code. */
  terminate(): Promise<number | null>;
}

/** The built service as a process of its own, up and taking messages. */
export async function spawnService({ databaseUrl, natsUrl }: World): Promise<ServiceProcess> {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, NATS_URL: natsUrl };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code as number | null;
  };
  onTestFinished(async () => {
    await end('SIGKILL');
  });
  await started(child);
  return { kill: async () => void (await end('SIGKILL')), terminate: () => end('SIGTERM') };
}

function started({ stdout }: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      seen = (seen + chunk).slice(-4_000);
      if (seen.includes('automation started')) resolve();
    });
    stdout?.on('end', () => reject(new Error(`the service ended: ${seen}`)));
  });
}
