import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@multiwa/testkit';
import { encryptionKey, type World } from './world.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The engine as it is run: the built program, in a process of its own. */
export function startEngineProcess(world: World, extra: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: world.databaseUrl,
    NATS_URL: world.nats.url,
    MULTIWA_NETWORK: 'sandbox',
    MULTIWA_ENCRYPTION_KEY: encryptionKey,
    SANDBOX_URL: world.sandbox.controlUrl,
    ...extra,
  };
  return spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Ends it at once, as a crash does. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Ends it in order, so that the next one need not wait for its leases to run out. */
export async function stopInOrder(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** Resolves once the profile is connected by its owner of this generation. */
export async function untilConnectedBy(world: World, profileId: string, generation: number): Promise<void> {
  const isConnected = () => {
    const told = world.factsOf('profile-status', profileId).at(-1);
    return told?.generation === generation && told.status === 'CONNECTED';
  };
  await waitFor(isConnected, { what: `owner ${generation} to be connected`, timeoutMs: 30_000 });
}
