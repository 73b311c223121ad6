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

/**
 * Starts one more engine by `start`; resolves once it can tell when the other one dies: the other has shown life since then
 * (decision 0009). It takes over at once, and need not wait for the leases to expire.
 */
export async function startSuccessor(world: World, of: ChildProcess, start: () => ChildProcess): Promise<ChildProcess> {
  const successor = start();
  const knows = async () => {
    const workers = await world.database.prisma.engineWorker.findMany();
    const [its, other] = [successor, of].map(({ pid }) => workers.find((worker) => worker.pid === pid));
    return its !== undefined && other !== undefined && other.seenAt > its.startedAt;
  };
  await waitFor(knows, { what: 'the successor to have seen the other alive', timeoutMs: 30_000 });
  return successor;
}
