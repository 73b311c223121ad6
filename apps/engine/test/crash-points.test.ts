import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { crashPoints, historyCrashPoints } from '@multiwa/runtime';
import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kill, startEngineProcess, startSuccessor, stopInOrder, untilConnectedBy } from './support/engine-process.js';
import { chatWith, startWorld, type World } from './support/world.js';

const COUNT = 12;
/** In the middle of the traffic, and not at its first message, which begins the Signal session. */
const PASS = 5;
const sentOrFurther = new Set<string | undefined>(['SENT', 'DELIVERED']);

let world: World;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  world = await startWorld();
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  await world.stop();
});

function startProcess(extra?: NodeJS.ProcessEnv): ChildProcess {
  const child = startEngineProcess(world, extra);
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  children.push(child);
  return child;
}

test.each(crashPoints)(
  'an engine killed at %s loses nothing, doubles nothing and keeps each chat in order',
  async (point) => {
    const first = startProcess();
    const { profileId, phone } = await world.link();
    const friend = await world.control.createPhone({ name: 'Sari' });
    // The two are acquainted: strangers who write to each other at the same moment begin two Signal sessions.
    await world.control.send(friend.phone, { to: phone.phone, text: 'hello' });
    await waitFor(() => world.factsOf('message-received', profileId).length === 1, { what: 'the first text' });
    await world.accept(profileId, chatWith(friend), 'hello');
    await world.control.waitForMessage(friend.phone, ({ text }) => text === 'hello');
    await stopInOrder(first);

    const doomed = startProcess({ MULTIWA_CRASH_AT: `${point}:${PASS}` });
    const died = once(doomed, 'exit');
    await untilConnectedBy(world, profileId, 2);
    await startSuccessor(world, doomed, startProcess);
    const out = Array.from({ length: COUNT }, (_, n) => `out ${n}`);
    const back = Array.from({ length: COUNT }, (_, n) => `in ${n}`);
    const sent: string[] = [];
    const commanded = [];
    for (const [n, text] of out.entries()) {
      commanded.push(await world.accept(profileId, chatWith(friend), text));
      sent.push((await world.control.send(friend.phone, { to: phone.phone, text: back[n] ?? '' })).id);
    }
    expect(await died).toEqual([null, 'SIGKILL']);

    for (const { messageId } of commanded) {
      await waitFor(async () => sentOrFurther.has(await world.messageStatus(messageId)), {
        what: 'every message to be sent',
        timeoutMs: 30_000,
      });
    }
    const received = () => [
      ...new Set(
        world
          .factsOf('message-received', profileId)
          .filter(({ content }) => content.type === 'TEXT' && content.text !== 'hello')
          .map(({ waMessageId }) => waMessageId),
      ),
    ];
    await waitFor(() => received().length >= COUNT, { what: 'every received message', timeoutMs: 30_000 });
    // First appearance counts: who applies facts passes over one that it has seen.
    expect(received()).toEqual(sent);
    const { messages } = await world.control.messages(friend.phone, { limit: 200 });
    expect(messages.map(({ text }) => text)).toEqual(['hello', ...out]);
    await waitFor(async () => (await world.database.prisma.inboundJournal.count()) === 0, { what: 'an empty journal' });
    for (const id of sent) {
      await waitFor(async () => (await world.control.sentMessage(friend.phone, id)).status === 'delivered', {
        what: 'every message to be confirmed',
      });
    }
    expect(await world.control.unknown()).toEqual([]);
  },
  120_000,
);

test.each(historyCrashPoints)(
  'an engine killed at %s imports all of the history all the same, and what arrives meanwhile does not wait for it',
  async (point) => {
    const friends = await world.control.createPhones({ count: 12 });
    const doomed = startProcess({ MULTIWA_CRASH_AT: `${point}:3` });
    const died = once(doomed, 'exit');
    const chats = friends.map((friend) => ({ with: friend.phone, messages: 100, days: 20 }));
    const seed = { chats, messagesPerChunk: 400, bootstrapMessages: 10 };
    // It dies while the number is being linked, or right after: whoever comes next finds it linked.
    const linking = world.link('Budi', (phone) => world.control.seedHistory(phone.phone, seed));
    expect(await died).toEqual([null, 'SIGKILL']);
    startProcess();
    const { profileId, phone } = await linking;
    const [friend] = friends;
    const live = (await world.control.send(friend?.phone ?? '', { to: phone.phone, text: 'now' })).id;
    const done = () => world.factsOf('history-chunk', profileId).filter(({ stage }) => stage === 'DONE');
    await waitFor(() => done().some(({ phase, progress }) => phase === 'RECENT' && progress === 100), {
      what: 'the whole history',
      timeoutMs: 30_000,
    });
    const imported = world.factsOf('history-messages', profileId).flatMap(({ messages }) => messages);
    expect(new Set(imported.map(({ waMessageId }) => waMessageId)).size).toBe(1_200);
    const received = world.factsOf('message-received', profileId).map(({ waMessageId }) => waMessageId);
    expect(received).toEqual([live]);
    await waitFor(async () => (await world.database.prisma.inboundJournal.count()) === 0, { what: 'an empty journal' });
    expect(await world.control.unknown()).toEqual([]);
  },
  120_000,
);
