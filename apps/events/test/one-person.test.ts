import { newId } from '@multiwa/domain';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { acceptMessage, eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();

const phone = '628222222222';
const lid = '77000000000001';
const byPhone = { phone, lid: null };
const byLid = { phone: null, lid };
const both = { phone, lid };
const phoneChat = `${phone}@s.whatsapp.net`;
const lidChat = `${lid}@lid`;

const overPhone = { chat: phoneChat, peer: byPhone, sender: byPhone };
const overLid = { chat: lidChat, peer: byLid, sender: byLid };
const overBoth = { chat: phoneChat, peer: both, sender: both };

function learned(owner: TestProfile, person = both): AnyFact {
  return { kind: 'contact-learned', payload: { ...owner, at: second(0), people: [person] } };
}

/** What customers see of the person, without ids and times of our own. */
async function seen({ profileId }: TestProfile) {
  const { prisma } = database.db;
  const contacts = await prisma.contact.findMany({ where: { profileId } });
  const conversations = await prisma.conversation.findMany({ where: { profileId } });
  const messages = await prisma.message.findMany({ where: { profileId }, orderBy: { timestamp: 'asc' } });
  const last = messages.find(({ id }) => id === conversations[0]?.lastMessageId);
  return {
    contacts: contacts.map((one) => [one.phone, one.lid, one.pushName]),
    conversations: conversations.map((one) => [one.chat, one.unreadCount, one.contactId === contacts[0]?.id]),
    last: last?.waMessageId,
    messages: messages.map((one) => [one.waMessageId, one.chat, one.contactId === contacts[0]?.id]),
    senders: [...new Set(messages.map(({ senderPhone, senderLid }) => `${senderPhone} ${senderLid}`))],
  };
}

const story = (owner: TestProfile) => ({
  first: received(owner, { ...overLid, waMessageId: 'message-1', timestamp: second(1) }),
  second: received(owner, { ...overPhone, waMessageId: 'message-2', timestamp: second(2) }),
  third: received(owner, { ...overLid, waMessageId: 'message-3', timestamp: second(3) }),
  teaching: received(owner, { ...overBoth, waMessageId: 'message-4', timestamp: second(4) }),
  late: received(owner, { ...overLid, waMessageId: 'message-5', timestamp: second(5) }),
});

const orders: [name: string, order: (keyof ReturnType<typeof story>)[]][] = [
  ['LID first', ['first', 'third', 'second', 'teaching', 'late']],
  ['phone first', ['second', 'first', 'third', 'teaching', 'late']],
  ['taught between them', ['first', 'teaching', 'second', 'third', 'late']],
  ['taught last', ['late', 'second', 'third', 'first', 'teaching']],
  ['taught first', ['teaching', 'late', 'first', 'third', 'second']],
];

test.each(orders)('a person who wrote by phone and by LID is one, whatever comes first: %s', async (_name, order) => {
  const { db } = database;
  const [apart, together] = [await makeProfile(db), await makeProfile(db)];
  const expected = {
    contacts: [[phone, lid, 'Budi']],
    conversations: [[phoneChat, 5, true]],
    last: 'message-5',
    messages: [1, 2, 3, 4, 5].map((nth) => [`message-${nth}`, phoneChat, true]),
    senders: [`${phone} ${lid}`],
  };
  const facts = order.map((name) => story(apart)[name]);
  for (const fact of facts) await applyFacts(db, [fact]);
  // Redelivered, in the opposite order.
  for (const fact of [...facts].reverse()) await applyFacts(db, [fact, fact]);
  expect(await seen(apart)).toEqual(expected);

  const batch = order.map((name) => story(together)[name]);
  await applyFacts(db, [...batch, ...batch]);
  await applyFacts(db, batch);
  expect(await seen(together)).toEqual(expected);
});

test('two contacts of one person merge with all that hangs on them, which is told once', async () => {
  const { db } = database;
  const { prisma } = db;
  const owner = await makeProfile(db);
  const { profileId, workspaceId } = owner;
  await applyFacts(db, [received(owner, { ...overPhone, timestamp: second(1) })]);
  await applyFacts(db, [received(owner, { ...overLid, waMessageId: 'over-lid', timestamp: second(2) })]);
  const [stays, goes] = [
    await prisma.contact.findFirstOrThrow({ where: { profileId, phone } }),
    await prisma.contact.findFirstOrThrow({ where: { profileId, lid } }),
  ];
  await prisma.contact.update({
    where: { id: stays.id },
    data: { tags: ['vip', 'shop'], metadata: { city: 'Bandung', size: 3 } },
  });
  await prisma.contact.update({
    where: { id: goes.id },
    data: { name: 'Budi', email: 'budi@example.com', tags: ['shop', 'web'], metadata: { city: 'Medan', source: 'ad' } },
  });
  const inGroup = received(owner, {
    chat: '120363000000000000@g.us',
    peer: null,
    sender: byLid,
    waMessageId: 'in-group',
  });
  await applyFacts(db, [inGroup]);
  const queued = await acceptMessage(db, owner, { chat: lidChat });
  const run = await makeRun(owner, goes.id);
  const broadcast = await makeBroadcast(owner, [
    { contactId: stays.id, chat: phoneChat },
    { contactId: goes.id, chat: lidChat },
  ]);
  await prisma.optOut.create({ data: { workspaceId, lid } });
  const reaction = {
    id: newId(),
    messageId: queued.id,
    fromMe: false,
    lid,
    emoji: '👍',
    waMessageId: 'R1',
    at: new Date(),
  };
  await prisma.reaction.create({ data: reaction });
  const oldConversation = await prisma.conversation.update({
    where: { profileId_chat: { profileId, chat: lidChat } },
    data: { labels: ['order', 'new'], archived: true, clearedAt: new Date(second(1)), assigneeId: 'somebody' },
  });
  await prisma.conversation.update({
    where: { profileId_chat: { profileId, chat: phoneChat } },
    data: { labels: ['order'] },
  });

  await applyFacts(db, [learned(owner), learned(owner)]);
  await applyFacts(db, [learned(owner)]);

  const merged = await prisma.contact.findMany({ where: { profileId } });
  expect(merged).toMatchObject([
    {
      id: stays.id,
      phone,
      lid,
      name: 'Budi',
      email: 'budi@example.com',
      tags: ['vip', 'shop', 'web'],
      metadata: { city: 'Bandung', size: 3, source: 'ad' },
    },
  ]);
  expect(
    await prisma.conversation.findMany({ where: { profileId, chat: { not: { endsWith: '@g.us' } } } }),
  ).toMatchObject([
    {
      chat: phoneChat,
      contactId: stays.id,
      unreadCount: 2,
      lastMessageAt: new Date(second(2)),
      labels: ['order', 'new'],
      archived: false,
      clearedAt: null,
      assigneeId: 'somebody',
    },
  ]);
  expect(await prisma.message.count({ where: { profileId, contactId: stays.id, fromMe: false } })).toBe(3);
  expect(await prisma.message.findUniqueOrThrow({ where: { id: queued.id } })).toMatchObject({ chat: phoneChat });
  expect(await prisma.automationRun.findUniqueOrThrow({ where: { id: run } })).toMatchObject({
    contactId: stays.id,
    chat: phoneChat,
  });
  const recipients = await prisma.broadcastRecipient.findMany({
    where: { broadcastId: broadcast },
    orderBy: { position: 'asc' },
  });
  expect(recipients).toMatchObject([
    { status: 'PENDING', contactId: stays.id },
    { status: 'DUPLICATE', contactId: stays.id, chat: phoneChat },
  ]);
  expect(await prisma.reaction.findUniqueOrThrow({ where: { id: reaction.id } })).toMatchObject(both);
  expect(await prisma.optOut.findMany({ where: { workspaceId } })).toMatchObject([both]);
  expect(await prisma.mergedRow.findMany({ where: { profileId }, orderBy: { intoId: 'asc' } })).toHaveLength(2);
  expect(await prisma.mergedRow.findUniqueOrThrow({ where: { id: goes.id } })).toMatchObject({
    intoId: stays.id,
    was: { lid, metadata: { city: 'Medan' } },
  });
  expect(await prisma.mergedRow.count({ where: { id: oldConversation.id } })).toBe(1);

  const told = (await eventsOf(db, { ...owner, workspaceId })).filter(({ type }) => type.startsWith('contact.'));
  expect(told.map(({ type, data }) => [type, data])).toMatchObject([
    ['contact.created', byPhone],
    ['contact.created', byLid],
    [
      'contact.merged',
      { ...both, contactId: stays.id, mergedContactId: goes.id, chat: phoneChat, mergedChat: lidChat },
    ],
  ]);
});

test('a message accepted for the LID while the phone became known ends in the one conversation', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, overBoth)]);
  const message = await acceptMessage(db, owner, { chat: lidChat });
  await applyFacts(db, [status(owner, message, 'SENT')]);
  await applyFacts(db, [status(owner, message, 'DELIVERED', { messageId: null })]);
  expect(await seen(owner)).toMatchObject({ conversations: [[phoneChat, 1, true]] });
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({
    chat: phoneChat,
    status: 'DELIVERED',
  });
});

test('learning about somebody unknown makes nobody known, and about one who is known is told', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  expect((await applyFacts(db, [learned(owner)])).outcomes).toEqual(['unchanged']);
  await applyFacts(db, [received(owner, overLid)]);
  expect((await applyFacts(db, [learned(owner), learned(owner)])).outcomes).toEqual(['applied', 'unchanged']);
  expect(await seen(owner)).toMatchObject({ contacts: [[phone, lid, 'Budi']], conversations: [[phoneChat, 1, true]] });
  const types = (await eventsOf(db, owner)).map(({ type }) => type);
  expect(types).toEqual(['contact.created', 'message.received', 'contact.updated']);
});

test('a number that went to somebody else joins nobody', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, overBoth)]);
  const next = { phone: null, lid: '77000000000002' };
  await applyFacts(db, [received(owner, { chat: `${next.lid}@lid`, peer: next, sender: next })]);
  await applyFacts(db, [learned(owner, { phone, lid: next.lid })]);
  const contacts = await db.prisma.contact.findMany({ where: { profileId: owner.profileId }, orderBy: { lid: 'asc' } });
  expect(contacts.map((one) => [one.phone, one.lid])).toEqual([
    [phone, lid],
    [null, next.lid],
  ]);
});

test('replicas that learn of one person at the same time, amid traffic, lose and double nothing', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const traffic = Array.from({ length: 30 }, (_, nth) =>
    received(owner, { ...[overPhone, overLid][nth % 2], waMessageId: `traffic-${nth}`, timestamp: second(nth) }),
  );
  const parts = [0, 1, 2].map((part) => traffic.filter((_, nth) => nth % 3 === part));
  await Promise.all([
    ...parts.map((part) => applyFacts(db, part)),
    applyFacts(db, [learned(owner)]),
    ...parts.map((part) => applyFacts(db, [...part, learned(owner)])),
  ]);
  await applyFacts(db, [learned(owner)]);
  const after = await seen(owner);
  expect(after).toMatchObject({
    contacts: [[phone, lid, 'Budi']],
    conversations: [[phoneChat, 30, true]],
    last: 'traffic-29',
  });
  expect(after.messages).toEqual(traffic.map((_, nth) => [`traffic-${nth}`, phoneChat, true]));
  const sequences = (await eventsOf(db, owner)).map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
});

async function makeRun({ workspaceId, profileId }: TestProfile, contactId: string): Promise<string> {
  const { prisma } = database.db;
  const [id, automationId] = [newId(), newId()];
  await prisma.automation.create({ data: { id: automationId, workspaceId, name: 'Flow', draft: {} } });
  await prisma.automationRun.create({
    data: {
      id,
      workspaceId,
      automationId,
      version: 1,
      profileId,
      contactId,
      chat: lidChat,
      nodeId: 'ask',
      triggerEventId: id,
    },
  });
  return id;
}

async function makeBroadcast(owner: TestProfile, people: { contactId: string; chat: string }[]): Promise<string> {
  const { prisma } = database.db;
  const id = newId();
  await prisma.broadcast.create({
    data: { id, ...owner, name: 'News', status: 'RUNNING', content: {}, audience: {}, pace: {} },
  });
  await prisma.broadcastRecipient.createMany({
    data: people.map((person, position) => ({ ...person, broadcastId: id, position, input: person.chat })),
  });
  return id;
}
