import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { makeBroadcast, makeProfile, openWorld, playEngine, playOutbox, type World } from './broadcast-world.js';

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

function startProcess(): ChildProcess {
  const { databaseUrl, natsUrl } = world;
  const env = { ...process.env, DATABASE_URL: databaseUrl, NATS_URL: natsUrl, PORT: '0', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

test('schedulers killed -9 in the middle of 200 recipients send to each exactly once', async () => {
  const owner = await makeProfile(world.db);
  const engine = await playEngine(world, owner);
  onTestFinished(engine.stop);
  onTestFinished(playOutbox(world).stop);
  const id = await makeBroadcast(world.db, owner, 200);
  const children = [startProcess(), startProcess()];
  for (const count of [20, 80, 140]) {
    await waitFor(() => engine.sent.length >= count, { what: `${count} sends`, timeoutMs: 30_000, everyMs: 1 });
    const driving = children.shift();
    if (driving) await end(driving, 'SIGKILL');
    children.push(startProcess());
  }
  const ended = await waitFor(
    async () => {
      const row = await world.db.prisma.broadcast.findUniqueOrThrow({ where: { id } });
      return row.endedAt ? row : undefined;
    },
    { what: 'the broadcast to end', timeoutMs: 40_000 },
  );
  expect(ended.status).toBe('COMPLETED');
  expect(engine.sent).toHaveLength(200);
  expect(new Set(engine.sent.map(({ chat }) => chat)).size).toBe(200);
  const recipients = await world.db.prisma.broadcastRecipient.findMany({ where: { broadcastId: id } });
  expect(recipients.filter(({ status }) => status === 'SENT')).toHaveLength(200);
  expect(new Set(recipients.map(({ messageId }) => messageId)).size).toBe(200);
  const told = await world.db.prisma.event.findMany({
    where: { profileId: owner.profileId, type: 'broadcast.status' },
  });
  expect(told.map(({ data }) => (data as { status: string }).status)).toEqual(['COMPLETED']);
  expect(await Promise.all(children.map((child) => end(child, 'SIGTERM')))).toEqual([0, 0]);
}, 120_000);
