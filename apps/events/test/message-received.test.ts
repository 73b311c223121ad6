import { expect, test } from 'vitest';
import { applyFacts } from '../src/facts/apply-facts.js';
import { storable } from '../src/facts/storable.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();

const phone = '628222222222';
const lid = '77000000000001';

async function conversations({ profileId }: TestProfile) {
  return database.db.prisma.conversation.findMany({ where: { profileId }, orderBy: { createdAt: 'asc' } });
}

test('a message makes contact, conversation, message and their events, once, however often it comes', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const [first, second_] = [received(owner), received(owner, { timestamp: second(9) })];
  await applyFacts(db, [first, second_, first]);
  await applyFacts(db, [second_, first]);
  expect(await db.prisma.message.count({ where: { profileId: owner.profileId } })).toBe(2);
  expect(await db.prisma.contact.findMany({ where: { profileId: owner.profileId } })).toMatchObject([
    { phone, lid: null, pushName: 'Budi' },
  ]);
  expect(await conversations(owner)).toMatchObject([{ unreadCount: 2, lastMessageAt: new Date(second(9)) }]);
  const events = await eventsOf(db, owner);
  expect(events.map(({ type, sequence, data }) => [type, sequence, data])).toMatchObject([
    ['contact.created', 1, { phone, name: 'Budi' }],
    ['message.received', 2, { firstOfContact: true }],
    ['message.received', 3, { firstOfContact: false }],
  ]);
});

test('the last message of a conversation only moves forward', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { timestamp: second(20), waMessageId: 'newer-message' })]);
  await applyFacts(db, [received(owner, { timestamp: second(10), waMessageId: 'older-message' })]);
  const newer = await db.prisma.message.findFirstOrThrow({ where: { waMessageId: 'newer-message' } });
  expect(await conversations(owner)).toMatchObject([{ lastMessageId: newer.id, unreadCount: 2 }]);
});

test('a person known by LID and then with the phone stays one contact, and a repeated message stays one message', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const byLid = { phone: null, lid };
  const both = { phone, lid };
  const first = received(owner, { chat: `${lid}@lid`, peer: byLid, sender: byLid });
  await applyFacts(db, [first]);
  await applyFacts(db, [received(owner, { peer: both, sender: both })]);
  const { outcomes } = await applyFacts(db, [first]);
  expect(outcomes).toEqual(['unchanged']);
  expect(await db.prisma.contact.findMany({ where: { profileId: owner.profileId } })).toMatchObject([{ phone, lid }]);

  await applyFacts(db, [received(owner, { chat: `${lid}@lid`, peer: byLid, sender: byLid, waMessageId: 'by-lid' })]);
  expect(await db.prisma.message.findFirstOrThrow({ where: { waMessageId: 'by-lid' } })).toMatchObject({
    chat: `${phone}@s.whatsapp.net`,
  });
  expect((await eventsOf(db, owner)).filter(({ type }) => type === 'contact.created')).toHaveLength(1);
});

test('our own message from another device counts as sent and unread for nobody, and takes receipts', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const self = { phone: '628999999999', lid: null };
  await applyFacts(db, [received(owner, { fromMe: true, sender: self, waMessageId: 'from-the-phone' })]);
  const row = await db.prisma.message.findFirstOrThrow({ where: { waMessageId: 'from-the-phone' } });
  expect(row).toMatchObject({ status: 'SENT', fromMe: true, origin: 'PHONE' });
  expect(await conversations(owner)).toMatchObject([{ unreadCount: 0, lastMessageId: row.id }]);
  await applyFacts(db, [status(owner, row, 'READ', { messageId: null })]);
  const types = (await eventsOf(db, owner)).map(({ type }) => type);
  expect(types).toEqual(['contact.created', 'message.received', 'message.read']);
});

test('a group message belongs to its writer and to the group', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const chat = '120363000000000000@g.us';
  await applyFacts(db, [received(owner, { chat, peer: null }), received(owner, { chat, peer: null, fromMe: true })]);
  expect(await conversations(owner)).toMatchObject([{ chat, contactId: null, unreadCount: 1 }]);
  const rows = await db.prisma.message.findMany({ where: { profileId: owner.profileId }, orderBy: { fromMe: 'asc' } });
  expect(rows.map(({ contactId }) => contactId === null)).toEqual([false, true]);
});

test('two replicas that get the same facts at the same time store and announce them once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const facts = Array.from({ length: 40 }, () => received(owner));
  await Promise.all([0, 1, 2, 3].map((turn) => applyFacts(db, turn % 2 ? facts : [...facts].reverse())));
  expect(await db.prisma.message.count({ where: { profileId: owner.profileId } })).toBe(40);
  const events = await eventsOf(db, owner);
  expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  expect(await conversations(owner)).toMatchObject([{ unreadCount: 40 }]);
});

test('text that PostgreSQL refuses is kept with the unkeepable characters replaced', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const text = 'a\0b \ud83d half \ude00 whole \u{1f600}';
  const fact = received(owner, { content: { type: 'TEXT', text }, pushName: 'B\0', waMessageId: 'strange-text' });
  await applyFacts(db, [storable(fact)]);
  const row = await db.prisma.message.findFirstOrThrow({ where: { waMessageId: 'strange-text' } });
  expect(row.content).toEqual({ type: 'TEXT', text: 'a\ufffdb \ufffd half \ufffd whole \u{1f600}' });
});
