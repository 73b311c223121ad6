import { newWaMessageId } from '@multiwa/domain';
import type { PhoneView } from '@multiwa/sandbox/client';
import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chatWith, type Linked, startWorld, untilReceived, type World } from './support/world.js';

// Messages that the number's device cannot read, however often their sender repeats them: its own phone has them.

let world: World;

beforeAll(async () => {
  world = await startWorld({ strictRetry: true });
  await world.startWorker();
});
afterAll(() => world.stop());
beforeEach(() => world.control.clearFaults());

const textsOf = (profileId: string) =>
  world.factsOf('message-received', profileId).map(({ content }) => content.type === 'TEXT' && content.text);

/** Nothing that comes to the number under this id can be read, repetitions included. */
const spoil = ({ phone }: PhoneView, id: string, action: { do: 'corrupt' } | { do: 'withhold'; type?: string }) =>
  world.control.addFault({ direction: 'out', match: { tag: 'message', phone, device: 1, attrs: { id } }, action });

/** A group of the friend's with the number in it, once the engine knows of it. */
async function groupOf(friend: PhoneView, { profileId, phone }: Linked): Promise<string> {
  const { group } = await world.control.createGroup({
    by: friend.phone,
    subject: 'Pasar',
    participants: [phone.phone],
  });
  await waitFor(() => world.factsOf('group-state', profileId).some(({ chat }) => chat === group), { what: group });
  return group;
}

/** What the number's phone has of a message: the second in which the network took it, as facts tell it. */
async function timeAtPhone(phone: PhoneView, id: string): Promise<string> {
  const { messages } = await world.control.messages(phone.phone);
  const received = messages.find((message) => message.id === id)?.sentAtMs;
  const atMs = received ?? (await world.control.sentMessage(phone.phone, id)).timestampMs;
  return new Date(Math.floor(atMs / 1_000) * 1_000).toISOString();
}

test.each([
  ['under the number', { addressing: 'pn', broken: 'corrupt' }],
  ['under the LID', { addressing: 'lid', broken: 'corrupt' }],
  ['without its content', { addressing: 'pn', broken: 'withhold' }],
] as const)('what comes unreadable %s arrives once, from the own phone', async (_, { addressing, broken }) => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const id = newWaMessageId();
  await spoil(phone, id, { do: broken });
  await world.control.send(friend.phone, { to: phone.phone, text: 'rusak', id, addressing });
  const [fact] = await untilReceived(world, profileId, 1);
  const person = { phone: friend.phone, lid: friend.lid };
  expect(fact).toMatchObject({
    waMessageId: id,
    chat: chatWith(friend),
    peer: person,
    sender: person,
    pushName: 'Sari',
    fromMe: false,
    content: { type: 'TEXT', text: 'rusak' },
    timestamp: await timeAtPhone(phone, id),
  });
  await world.control.send(friend.phone, { to: phone.phone, text: 'sesudah', addressing });
  await waitFor(() => textsOf(profileId).includes('sesudah'), { what: 'the message after it' });
  expect(textsOf(profileId)).toEqual(['rusak', 'sesudah']);
});

test('what comes unreadable to a group arrives once, under the name of its author', async () => {
  const linked = await world.link();
  const { profileId, phone } = linked;
  const friend = await world.control.createPhone({ name: 'Sari' });
  const chat = await groupOf(friend, linked);
  const id = newWaMessageId();
  await spoil(phone, id, { do: 'corrupt' });
  await world.control.send(friend.phone, { to: chat, text: 'rusak', id });
  const [fact] = await untilReceived(world, profileId, 1);
  expect(fact).toMatchObject({
    waMessageId: id,
    chat,
    peer: null,
    sender: { lid: friend.lid },
    pushName: 'Sari',
    fromMe: false,
    content: { type: 'TEXT', text: 'rusak' },
    timestamp: await timeAtPhone(phone, id),
  });
});

test('what the own phone writes and the number cannot read is its own message all the same', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const id = newWaMessageId();
  await spoil(phone, id, { do: 'corrupt' });
  await world.control.send(phone.phone, { to: friend.phone, text: 'dari ponsel', id });
  const [fact] = await untilReceived(world, profileId, 1);
  expect(fact).toMatchObject({
    waMessageId: id,
    chat: chatWith(friend),
    peer: { phone: friend.phone, lid: friend.lid },
    sender: { phone: phone.phone, lid: phone.lid },
    fromMe: true,
    content: { type: 'TEXT', text: 'dari ponsel' },
    timestamp: await timeAtPhone(phone, id),
  });
});

const saidBy = async ({ phone }: PhoneView, ...parts: string[]) =>
  (await world.control.trace({ phone, device: 1 })).filter(
    ({ direction, text }) => direction === 'in' && parts.every((part) => text.includes(part)),
  );

test('a message that is there already is not doubled by the own phone, which answers late', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const id = newWaMessageId();
  await spoil(phone, id, { do: 'corrupt' });
  await world.control.send(friend.phone, { to: phone.phone, text: 'rusak', id });
  await world.control.waitForMessage(phone.phone, (message) => message.id === id);
  await world.control.switchPhone(phone.phone, false);
  const asked = async () => (await saidBy(phone, '<message', 'category=peer')).length > 0;
  await waitFor(asked, { what: 'the question to the phone', timeoutMs: 20_000 });
  await world.control.clearFaults();
  await world.control.send(friend.phone, { to: phone.phone, text: 'rusak', id });
  await untilReceived(world, profileId, 1);

  const heard = (await saidBy(phone, '<receipt', 'type=peer_msg')).length;
  await world.control.switchPhone(phone.phone, true);
  const answered = async () => (await saidBy(phone, '<receipt', 'type=peer_msg')).length > heard;
  await waitFor(answered, { what: 'the answer of the phone' });
  await world.control.send(friend.phone, { to: phone.phone, text: 'sesudah' });
  await waitFor(() => textsOf(profileId).includes('sesudah'), { what: 'the message after it' });
  expect(textsOf(profileId)).toEqual(['rusak', 'sesudah']);
});

/** What is in a message that may be seen once is for phones only. */
const picture = { viewOnceMessageV2: { message: { imageMessage: { mimetype: 'image/jpeg', viewOnce: true } } } };

test.each(['view_once', 'view_once_unavailable_fanout'])(
  'what may be seen once, and is kept from linked devices as %s, is told without its content',
  async (type) => {
    const { profileId, phone } = await world.link();
    const friend = await world.control.createPhone({ name: 'Sari' });
    const id = newWaMessageId();
    await spoil(phone, id, { do: 'withhold', type });
    await world.control.send(friend.phone, { to: phone.phone, content: picture, id });
    await world.control.send(friend.phone, { to: phone.phone, text: 'sesudah' });
    const [fact, after] = await untilReceived(world, profileId, 2);
    expect(fact).toMatchObject({
      waMessageId: id,
      chat: chatWith(friend),
      sender: { phone: friend.phone, lid: friend.lid },
      pushName: 'Sari',
      fromMe: false,
      content: { type: 'UNSUPPORTED', rawType: 'viewOnceMessageV2', viewOnce: true },
    });
    expect(after).toMatchObject({ content: { text: 'sesudah' } });
    const isConfirmed = async () => (await world.control.companions(phone.phone)).every(({ queued }) => queued === 0);
    await waitFor(isConfirmed, { what: 'both to be confirmed' });
    expect(world.factsOf('message-received', profileId)).toHaveLength(2);
  },
);
