import { newId } from '@multiwa/domain';
import { expect, test } from 'vitest';
import { applyFacts } from '../src/facts/apply-facts.js';
import { acceptMessage, eventsOf, makeProfile, useTestDatabase } from './support/database.js';
import { second, status } from './support/facts.js';

const database = useTestDatabase();

const said = ['SENT', 'DELIVERED', 'READ', 'FAILED'] as const;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

test('any order of the same news, in one batch or one by one, twice over, ends in the same row', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const rows = new Set<string>();
  for (const [index, order] of permutations(said).entries()) {
    const message = await acceptMessage(db, owner);
    const facts = order.map((each) => status(owner, message, each, { at: second(said.indexOf(each)) }));
    if (index % 2 === 0) await applyFacts(db, [...facts, ...facts]);
    else for (const fact of [...facts, ...facts]) await applyFacts(db, [fact]);
    const row = await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } });
    const { status: end, sentAt, deliveredAt, readAt, failureCode, endedAt } = row;
    rows.add(JSON.stringify({ end, sentAt, deliveredAt, readAt, failureCode, endedAt }));
  }
  expect([...rows].map((row) => JSON.parse(row))).toEqual([
    {
      end: 'READ',
      sentAt: second(0),
      deliveredAt: second(1),
      readAt: second(2),
      failureCode: null,
      endedAt: null,
    },
  ]);
});

test('each status is announced once and upwards, and the sequence has no gap', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const message = await acceptMessage(db, owner);
  for (const each of ['SENT', 'READ', 'DELIVERED', 'READ', 'SENT', 'PLAYED'] as const) {
    await applyFacts(db, [status(owner, message, each)]);
  }
  const events = await eventsOf(db, owner);
  expect(events.map(({ type }) => type)).toEqual(['contact.created', 'message.sent', 'message.read', 'message.played']);
  expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
});

test('a receipt that knows only the WhatsApp id finds the message we sent, in this profile alone', async () => {
  const { db } = database;
  const [owner, other] = [await makeProfile(db), await makeProfile(db)];
  const message = await acceptMessage(db, owner);
  const twin = await db.prisma.message.create({
    data: { ...message, ...other, id: newId(), content: {} },
  });
  const { outcomes } = await applyFacts(db, [status(owner, message, 'DELIVERED', { messageId: null })]);
  expect(outcomes).toEqual(['applied']);
  const rows = await db.prisma.message.findMany({ where: { id: { in: [message.id, twin.id] } } });
  expect(new Map(rows.map((row) => [row.id, row.status]))).toEqual(
    new Map([
      [message.id, 'DELIVERED'],
      [twin.id, 'QUEUED'],
    ]),
  );
});

test("a fact moves nothing of another profile or workspace, even with that message's id", async () => {
  const { db } = database;
  const [owner, stranger] = [await makeProfile(db), await makeProfile(db)];
  const message = await acceptMessage(db, owner);
  const { outcomes } = await applyFacts(db, [
    status({ ...owner, workspaceId: stranger.workspaceId }, message, 'SENT'),
    status(stranger, message, 'SENT'),
  ]);
  expect(outcomes).toEqual(['workspace_mismatch', 'message_unknown']);
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({ status: 'QUEUED' });
  expect(await eventsOf(db, owner)).toEqual([]);
});

test('a first message to somebody makes contact and conversation when WhatsApp has it, not when it fails', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const [failed, sent] = [
    await acceptMessage(db, owner, { chat: '628333333333@s.whatsapp.net' }),
    await acceptMessage(db, owner, { chat: '628444444444@s.whatsapp.net' }),
  ];
  await applyFacts(db, [status(owner, failed, 'FAILED'), status(owner, sent, 'SENT', { at: second(5) })]);
  const contacts = await db.prisma.contact.findMany({ where: { profileId: owner.profileId } });
  expect(contacts).toMatchObject([{ phone: '628444444444' }]);
  expect(await db.prisma.conversation.findMany({ where: { profileId: owner.profileId } })).toMatchObject([
    { chat: sent.chat, lastMessageId: sent.id, unreadCount: 0, contactId: contacts[0]?.id },
  ]);
  const events = await eventsOf(db, owner);
  expect(events.map(({ type, data }) => [type, data])).toMatchObject([
    ['message.failed', { messageId: failed.id, code: 'restricted', sentence: expect.stringContaining('463') }],
    ['contact.created', { phone: '628444444444' }],
    ['message.sent', { messageId: sent.id, at: second(5) }],
  ]);
});
