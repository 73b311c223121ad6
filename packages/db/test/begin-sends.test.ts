import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { acceptMessages, beginSends, type Message, messagesRepository } from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const scope = { workspaceId: 'begin', profileId: 'begin-000' };

beforeAll(async () => {
  await makeProfiles(database.db, scope.workspaceId, 1);
});

async function accept(count: number, over: { status?: 'QUEUED' | 'SCHEDULED'; expiresAt?: Date } = {}) {
  const rows = Array.from({ length: count }, () => ({
    ...scope,
    id: randomUUID(),
    chat: '628111111111@s.whatsapp.net',
    waMessageId: randomUUID(),
    content: { type: 'TEXT' as const, text: 'Hello' },
    status: 'QUEUED' as const,
    idempotencyKey: null,
    requestHash: null,
    sendAt: null,
    createdAt: new Date(),
    ...over,
  }));
  await acceptMessages(database.db, rows);
  return rows;
}

const begin = async (messageId: string, acceptedAt: Date | null = null) =>
  (await beginSends(database.db.pool, [{ messageId, acceptedAt }])).get(messageId)?.verdict;
const row = (id: string): Promise<Message> => database.db.prisma.message.findUniqueOrThrow({ where: { id } });
const soon = () => new Date(Date.now() + 60_000);
const past = () => new Date(Date.now() - 1_000);

test('an accepted message keeps its expiresAt', async () => {
  const expiresAt = soon();
  const [message] = await accept(1, { expiresAt });
  expect((await row(message?.id ?? '')).expiresAt).toEqual(expiresAt);
});

test('of 200 messages begun and cancelled at the same time, each is begun or cancelled and none is both', async () => {
  const { db } = database;
  const messages = messagesRepository(db);
  const ids = (await accept(200)).map(({ id }) => id);
  const cancelled = new Set<string>();
  const begun = new Set<string>();
  const cancelAll = Promise.all(
    ids.map(async (id) => {
      if (await messages.cancelWaiting(scope, id, randomUUID())) cancelled.add(id);
    }),
  );
  for (let left = ids; left.length > 0; ) {
    const verdicts = await beginSends(
      db.pool,
      left.slice(0, 7).map((messageId) => ({ messageId, acceptedAt: null })),
    );
    for (const [id, { verdict }] of verdicts) if (verdict === 'begun') begun.add(id);
    left = left.filter((id) => (verdicts.get(id)?.verdict ?? 'busy') === 'busy');
  }
  await cancelAll;
  expect([...begun].filter((id) => cancelled.has(id))).toEqual([]);
  expect(begun.size + cancelled.size).toBe(ids.length);
  const events = await db.prisma.event.findMany({ where: { type: 'message.cancelled' } });
  expect(events.map(({ data }) => (data as { messageId: string }).messageId).sort()).toEqual([...cancelled].sort());
});

test('what was cancelled is not begun; what has begun is not cancelled, and begins again for whoever tries it again', async () => {
  const messages = messagesRepository(database.db);
  const [first, second] = await accept(2);
  if (!first || !second) throw new Error('two were accepted');
  expect((await messages.cancelWaiting(scope, first.id, randomUUID()))?.status).toBe('CANCELLED');
  expect(await begin(first.id)).toBe('taken_back');
  expect(await begin(second.id)).toBe('begun');
  const { begunAt } = await row(second.id);
  expect(await messages.cancelWaiting(scope, second.id, randomUUID())).toBeNull();
  expect(await begin(second.id)).toBe('begun');
  expect((await row(second.id)).begunAt).toEqual(begunAt);
});

test('nobody cancels a message of another workspace', async () => {
  const [message] = await accept(1);
  const other = { ...scope, workspaceId: 'another' };
  expect(await messagesRepository(database.db).cancelWaiting(other, message?.id ?? '', randomUUID())).toBeNull();
});

test('what is past its time is not begun, unless it had begun before', async () => {
  const [late, early] = await accept(2, { expiresAt: past() });
  if (!late || !early) throw new Error('two were accepted');
  await database.db.prisma.message.update({ where: { id: early.id }, data: { begunAt: past() } });
  expect(await begin(late.id)).toBe('expired');
  expect(await begin(early.id)).toBe('begun');
  expect((await row(late.id)).begunAt).toBeNull();
});

test('a guarded send begins only while the message has the time that its command carries', async () => {
  const [message] = await accept(1);
  if (!message) throw new Error('one was accepted');
  expect(await begin(message.id, past())).toBe('taken_back');
  expect(await begin(message.id, message.createdAt)).toBe('begun');
});

test('a row that somebody holds keeps no other send waiting, and is asked for again', async () => {
  const { db } = database;
  const [held, free] = await accept(2);
  if (!held || !free) throw new Error('two were accepted');
  await db.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM "Message" WHERE "id" = $1 FOR UPDATE', [held.id]);
    expect(await begin(held.id)).toBe('busy');
    expect(await begin(free.id)).toBe('begun');
  });
  expect(await begin(held.id)).toBe('begun');
  expect(await begin('nobody')).toBe('unknown');
});
