import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningEngine } from '../src/start-engine.js';
import { chatWith, startWorld, untilDelivered, untilReceived, type World } from './support/world.js';

let world: World;
let worker: RunningEngine;

beforeAll(async () => {
  world = await startWorld();
  worker = await world.startWorker();
});
afterAll(() => world.stop());

const statusesOf = (profileId: string, waMessageId: string) =>
  world
    .factsOf('message-status', profileId)
    .filter((fact) => fact.waMessageId === waMessageId)
    .map(({ status }) => status);

test('a number is linked by QR, and texts go both ways with their receipts', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });

  const command = await world.accept(profileId, chatWith(friend), 'halo');
  const received = await world.control.waitForMessage(friend.phone, ({ text }) => text === 'halo');
  expect(received).toMatchObject({ id: command.waMessageId, copies: 1, from: { phone: phone.phone } });
  await waitFor(() => statusesOf(profileId, command.waMessageId).includes('DELIVERED'), { what: 'DELIVERED' });
  await world.control.read(friend.phone);
  await waitFor(() => statusesOf(profileId, command.waMessageId).includes('READ'), { what: 'READ' });
  expect(statusesOf(profileId, command.waMessageId)).toEqual(['SENT', 'DELIVERED', 'READ']);

  const answer = await world.control.send(friend.phone, { to: phone.phone, text: 'hai' });
  const [fact] = await waitFor(
    () => {
      const facts = world.factsOf('message-received', profileId);
      return facts.length > 0 && facts;
    },
    { what: 'the answer' },
  );
  expect(fact).toMatchObject({
    waMessageId: answer.id,
    chat: chatWith(friend),
    peer: { phone: friend.phone, lid: friend.lid },
    sender: { phone: friend.phone, lid: friend.lid },
    pushName: 'Sari',
    fromMe: false,
    type: 'TEXT',
    content: { type: 'TEXT', text: 'hai' },
  });
  await untilDelivered(world, friend, answer.id);
  await waitFor(async () => (await world.database.prisma.inboundJournal.count()) === 0, { what: 'an empty journal' });
  expect(worker.worker.ownedIds).toContain(profileId);
  expect(await world.control.unknown()).toEqual([]);
});

test('a number is linked by a code that is typed on the phone', async () => {
  const phone = await world.control.createPhone({ name: 'Kode' });
  const profileId = await world.createProfile();
  await world.untilStatus(profileId, 'QR_READY');
  const { code } = await world.bus.ask('pairing-code', profileId, { phone: phone.phone });
  expect(code).toHaveLength(8);
  await world.control.pair(phone.phone, code);
  await world.untilStatus(profileId, 'CONNECTED');
  await expect(world.bus.ask('pairing-code', profileId, { phone: phone.phone })).rejects.toMatchObject({
    code: 'profile_already_linked',
  });
});

test('what the phone has said and heard before the link is told as history, and not as news', async () => {
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { profileId, phone } = await world.link('Budi', async (made) => {
    const { id } = await world.control.send(friend.phone, { to: made.phone, text: 'kapan buka?' });
    await world.control.waitForMessage(made.phone, (message) => message.id === id);
    await world.control.send(made.phone, { to: friend.phone, text: 'jam sembilan' });
  });
  const told = () => world.factsOf('history-messages', profileId).flatMap(({ messages }) => messages);
  await waitFor(() => told().length >= 2, { what: 'the history' });
  const chat = chatWith(friend);
  expect(told()).toHaveLength(2);
  expect(told()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ chat, fromMe: false, content: { type: 'TEXT', text: 'kapan buka?' } }),
      expect.objectContaining({ chat, fromMe: true, content: { type: 'TEXT', text: 'jam sembilan' } }),
    ]),
  );
  const { id } = await world.control.send(friend.phone, { to: phone.phone, text: 'sampai nanti' });
  const facts = await untilReceived(world, profileId, 1);
  expect(facts.map(({ waMessageId }) => waMessageId)).toEqual([id]);
});

test('messages of one chat leave in the order of acceptance, whatever other chats do', async () => {
  const { profileId } = await world.link();
  const friends = await world.control.createPhones({ count: 4 });
  const texts = Array.from({ length: 15 }, (_, index) => `nomor ${index}`);
  for (const text of texts) for (const friend of friends) await world.accept(profileId, chatWith(friend), text);
  for (const friend of friends) {
    await world.control.waitForMessage(friend.phone, ({ text }) => text === texts.at(-1));
    const { messages } = await world.control.messages(friend.phone);
    expect(messages.map(({ text }) => text)).toEqual(texts);
    expect(messages.every(({ copies }) => copies === 1)).toBe(true);
  }
});

test('two profiles of one gateway converse under one WhatsApp id', async () => {
  const [one, other] = [await world.link('Satu'), await world.link('Dua')];
  const command = await world.accept(one.profileId, chatWith(other.phone), 'apa kabar');
  const [fact] = await untilReceived(world, other.profileId, 1);
  expect(fact).toMatchObject({ waMessageId: command.waMessageId, chat: chatWith(one.phone), fromMe: false });
  await waitFor(() => statusesOf(one.profileId, command.waMessageId).includes('DELIVERED'), { what: 'DELIVERED' });
});

test('what the number writes from another device is received as its own', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { id } = await world.control.send(phone.phone, { to: friend.phone, text: 'dari ponsel' });
  const [fact] = await untilReceived(world, profileId, 1);
  expect(fact).toMatchObject({
    waMessageId: id,
    chat: chatWith(friend),
    peer: { phone: friend.phone, lid: friend.lid },
    sender: { phone: phone.phone, lid: phone.lid },
    fromMe: true,
  });
});

test('a person who writes under the LID is found under the phone number', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  await world.control.send(friend.phone, { to: phone.phone, text: 'lewat lid', addressing: 'lid' });
  const [fact] = await untilReceived(world, profileId, 1);
  expect(fact).toMatchObject({ chat: chatWith(friend), peer: { phone: friend.phone, lid: friend.lid } });
});

test('a conversation at full speed both ways loses no step of the ratchet', async () => {
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  const outward = Promise.all(numbers.map((index) => world.accept(profileId, chatWith(friend), `keluar ${index}`)));
  for (const index of numbers) await world.control.send(friend.phone, { to: phone.phone, text: `masuk ${index}` });
  await outward;
  await untilReceived(world, profileId, numbers.length);
  await waitFor(
    async () => (await world.control.messages(friend.phone, { limit: 200 })).messages.length === numbers.length,
    { what: 'all texts at the phone' },
  );
  const { messages } = await world.control.messages(friend.phone, { limit: 200 });
  expect(messages.filter(({ copies }) => copies !== 1)).toEqual([]);
  const trace = await world.control.trace({ phone: phone.phone });
  expect(trace.filter((line) => JSON.stringify(line).includes('"retry"'))).toEqual([]);
});

test('what a stranger writes in one breath arrives in that order', async () => {
  const { profileId, phone } = await world.link();
  const strangers = await world.control.createPhones({ count: 8 });
  const texts = ['satu', 'dua', 'tiga', 'empat'];
  await Promise.all(
    strangers.map(async (stranger) => {
      for (const text of texts) await world.control.send(stranger.phone, { to: phone.phone, text });
    }),
  );
  const facts = await untilReceived(world, profileId, strangers.length * texts.length);
  for (const stranger of strangers) {
    const own = facts.filter(({ chat }) => chat === chatWith(stranger));
    expect(own.map(({ content }) => content.type === 'TEXT' && content.text)).toEqual(texts);
  }
});
