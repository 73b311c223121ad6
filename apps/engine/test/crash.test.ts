import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kill, startEngineProcess } from './support/engine-process.js';
import { chatWith, startWorld, untilDelivered, untilReceived, type World } from './support/world.js';

let world: World;
let children: ChildProcess[];
let output: string;

beforeEach(async () => {
  children = [];
  output = '';
  world = await startWorld();
});
afterEach(async () => {
  world.nats.resume();
  await Promise.all(children.map(kill));
  await world.stop();
});

function startProcess(extra?: NodeJS.ProcessEnv): ChildProcess {
  const child = startEngineProcess(world, extra);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  children.push(child);
  return child;
}

test('messages that were confirmed but not yet said survive kill -9: the new owner says them', async () => {
  const engine = startProcess();
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  world.nats.freeze();
  const ids: string[] = [];
  for (const text of ['satu', 'dua', 'tiga']) {
    ids.push((await world.control.send(friend.phone, { to: phone.phone, text })).id);
  }
  for (const id of ids) await untilDelivered(world, friend, id);
  expect(world.factsOf('message-received', profileId)).toEqual([]);
  await kill(engine);
  world.nats.resume();

  startProcess();
  const facts = await untilReceived(world, profileId, ids.length);
  expect(facts.map(({ waMessageId }) => waMessageId)).toEqual(ids);
  expect(facts[0]).toMatchObject({ chat: chatWith(friend), pushName: 'Sari', content: { type: 'TEXT', text: 'satu' } });
  await world.untilStatus(profileId, 'CONNECTED');
  await waitFor(async () => (await world.database.prisma.inboundJournal.count()) === 0, { what: 'an empty journal' });
});

test('sends interrupted by kill -9 arrive all, once by id and in order', async () => {
  const engine = startProcess();
  const { profileId } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const texts = Array.from({ length: 60 }, (_, index) => `nomor ${index}`);
  for (const text of texts) await world.accept(profileId, chatWith(friend), text);
  await world.control.waitForMessage(friend.phone, ({ text }) => text === 'nomor 5');
  await kill(engine);
  startProcess();
  await world.control.waitForMessage(friend.phone, ({ text }) => text === texts.at(-1), 20_000);
  const { messages } = await world.control.messages(friend.phone, { limit: 200 });
  expect(messages.map(({ text }) => text)).toEqual(texts);
  expect(messages.filter(({ copies }) => copies > 1).length).toBeLessThanOrEqual(1);
  expect(await world.control.unknown()).toEqual([]);
  expect(output).not.toContain('privKey');
  expect(output).not.toContain('nomor 7');
});

test('a process for the live network that is given a sandbox refuses to start', async () => {
  const child = startProcess({ MULTIWA_NETWORK: 'live' });
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(1);
  expect(output).toContain('a live engine must not know a sandbox');
});

test('SIGTERM ends a process in order', async () => {
  const child = startProcess();
  const { profileId } = await world.link();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  const lease = await world.database.prisma.sessionLease.findUniqueOrThrow({ where: { profileId } });
  expect(lease.workerId).toBeNull();
  expect(await world.database.prisma.engineWorker.count()).toBe(0);
});
