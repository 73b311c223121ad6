import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statusChat } from '@multiwa/contracts';
import { channelCrashPoints, crashPoints } from '@multiwa/runtime';
import type { PhoneView } from '@multiwa/sandbox/client';
import { waitFor } from '@multiwa/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { kill, startEngineProcess, startSuccessor, stopInOrder, untilConnectedBy } from './support/engine-process.js';
import { chatWith, type Linked, startWorld, type World } from './support/world.js';

const COUNT = 8;
/** In the middle of the traffic, and not at its first status, which hands over the key. */
const PASS = 3;
const TEST_TIMEOUT_MS = 120_000;
const sends = crashPoints.filter((point) => point.startsWith('send.'));
const sentOrFurther = new Set<string | undefined>(['SENT', 'DELIVERED']);

let world: World;
let children: ChildProcess[] = [];
/** The engine with which a test ended: the next one links with it. */
let resident: ChildProcess | undefined;

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await Promise.all(children.filter((child) => child !== resident).map(kill));
  children = resident ? [resident] : [];
});
afterAll(async () => {
  await Promise.all(children.map(kill));
  await world.stop();
});

function startProcess(extra?: NodeJS.ProcessEnv): ChildProcess {
  const child = startEngineProcess(world, extra);
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  children.push(child);
  return child;
}

interface Traffic extends Linked {
  friend: PhoneView;
  /** Of what the profile sends: the text is one of `out`. */
  send(text: string): Promise<{ messageId: string }>;
  /** The friend posts it, for the profile to see. */
  post(text: string): Promise<unknown>;
}

const out = Array.from({ length: COUNT }, (_, n) => `out ${n}`);
const back = Array.from({ length: COUNT }, (_, n) => `in ${n}`);

/**
 * Runs a profile's posts and those of a friend through an engine that kills itself at the point, and through the next one, until
 * all of them have come through.
 */
async function killedAt(point: string, prepare: (linked: Linked, friend: PhoneView) => Promise<Traffic>) {
  const first = resident ?? startProcess();
  resident = undefined;
  const linked = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const traffic = await prepare(linked, friend);
  await stopInOrder(first);

  const doomed = startProcess({ MULTIWA_CRASH_AT: `${point}:${PASS}` });
  const died = once(doomed, 'exit');
  await untilConnectedBy(world, linked.profileId, 2);
  const successor = await startSuccessor(world, doomed, startProcess);
  const commanded = [];
  for (const [n, text] of out.entries()) {
    commanded.push(await traffic.send(text));
    await traffic.post(back[n] ?? '');
  }
  expect(await died).toEqual([null, 'SIGKILL']);
  for (const { messageId } of commanded) {
    await waitFor(async () => sentOrFurther.has(await world.messageStatus(messageId)), {
      what: 'everything to be sent',
      timeoutMs: 30_000,
    });
  }
  const isConfirmed = async () =>
    (await world.control.companions(linked.phone.phone)).every(({ queued }) => queued === 0);
  await waitFor(isConfirmed, { what: 'everything received to be confirmed', timeoutMs: 30_000 });
  const isPublished = async () => (await world.database.prisma.inboundJournal.count()) === 0;
  await waitFor(isPublished, { what: 'an empty journal', timeoutMs: 30_000 });
  return { ...traffic, successor };
}

/** In the order of their first appearance: who applies facts passes over one that it has seen. */
const firstOf = (texts: readonly (string | null)[]) => [...new Set(texts)];

async function settled({ profileId, successor }: Linked & { successor: ChildProcess }): Promise<void> {
  expect(await world.control.unknown()).toEqual([]);
  await world.want(profileId, 'DISCONNECTED');
  resident = successor;
}

test.each(crashPoints)(
  'statuses both ways, the engine killed at %s: each is seen once and in order',
  async (point) => {
    const { friend, ...traffic } = await killedAt(point, async (linked, friend) => {
      const { profileId, phone } = linked;
      const status = { audience: [chatWith(friend)] };
      await world.database.prisma.profile.update({
        where: { id: profileId },
        data: { settings: { receiveStatuses: true } },
      });
      // The two are acquainted: strangers who write to each other at the same moment begin two Signal sessions.
      await world.control.send(friend.phone, { to: phone.phone, text: 'hello' });
      await waitFor(() => world.factsOf('message-received', profileId).length === 1, { what: 'the first text' });
      await world.accept(profileId, chatWith(friend), 'hello');
      await world.control.waitForMessage(friend.phone, ({ text }) => text === 'hello');
      return {
        ...linked,
        friend,
        send: (text) => world.accept(profileId, statusChat, text, { status }),
        post: (text) =>
          world.control.postStatus(friend.phone, { to: [phone.phone], content: { extendedTextMessage: { text } } }),
      };
    });
    const { messages } = await world.control.messages(friend.phone, { limit: 200 });
    expect(messages.map(({ text }) => text)).toEqual(['hello', ...out]);
    const seen = world.factsOf('message-received', traffic.profileId).filter(({ chat }) => chat === statusChat);
    expect(firstOf(seen.map(({ content }) => (content.type === 'TEXT' ? content.text : null)))).toEqual(back);
    expect(new Set(seen.map(({ waMessageId }) => waMessageId)).size).toBe(COUNT);
    await settled(traffic);
  },
  TEST_TIMEOUT_MS,
);

test.each([...sends, ...channelCrashPoints])(
  'posts to a channel and of another, the engine killed at %s: each is there once and in order',
  async (point) => {
    let own = '';
    let theirs = '';
    const traffic = await killedAt(point, async (linked, friend) => {
      own = (await world.control.createChannel({ by: linked.phone.phone, name: 'Ours' })).channel;
      theirs = (await world.control.createChannel({ by: friend.phone, name: 'Theirs' })).channel;
      await world.control.actInChannel(theirs, { do: 'follow', by: linked.phone.phone });
      return {
        ...linked,
        friend,
        send: (text) => world.accept(linked.profileId, own, text),
        post: (text) =>
          world.control.actInChannel(theirs, { do: 'post', by: friend.phone, content: { conversation: text } }),
      };
    });
    const { posts } = await world.control.channel(own);
    expect(posts.map(({ content }) => (content.extendedTextMessage as { text?: string })?.text)).toEqual(out);
    const seen = world.factsOf('channel-post', traffic.profileId).filter(({ chat }) => chat === theirs);
    expect(firstOf(seen.map(({ post }) => post.text))).toEqual(back);
    expect(firstOf(seen.map(({ post }) => String(post.serverId)))).toHaveLength(COUNT);
    await settled(traffic);
  },
  TEST_TIMEOUT_MS,
);
