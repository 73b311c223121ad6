import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { acceptMessages, beginSends, type Message, messagesRepository, optOutsRepository } from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const scope = { workspaceId: 'begin', profileId: 'begin-000' };

beforeAll(async () => {
  await makeProfiles(database.db, scope.workspaceId, 1);
});

interface Over {
  workspaceId?: string;
  profileId?: string;
  status?: 'QUEUED' | 'SCHEDULED';
  expiresAt?: Date;
  chat?: string;
  ignoreOptOut?: boolean;
}

async function accept(count: number, over: Over = {}) {
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

const nobody = { phones: [], lid: null };
const begin = async (messageId: string, acceptedAt: Date | null = null, to = nobody as Person) =>
  (await beginSends(database.db.pool, [{ messageId, acceptedAt, to }])).get(messageId)?.verdict;
type Person = { phones: readonly string[]; lid: string | null };

/** Enters somebody in the ledger; the ids of the messages that ended by it, as their events would tell. */
async function optOut({ phones, lid }: Person, workspaceId = scope.workspaceId): Promise<string[]> {
  const ended: string[] = [];
  const row = { id: randomUUID(), workspaceId, phone: phones[0] ?? null, lid };
  const chats = [...phones.map((phone) => `${phone}@s.whatsapp.net`), ...(lid === null ? [] : [`${lid}@lid`])];
  await optOutsRepository(database.db).add(
    row,
    { phones, lid },
    { changeId: randomUUID(), apiKeyId: 'key', reason: null },
    {
      chats,
      eventsOf(messages) {
        ended.push(...messages.map(({ id }) => id));
        return [];
      },
    },
  );
  return ended;
}
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
      left.slice(0, 7).map((messageId) => ({ messageId, acceptedAt: null, to: nobody })),
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

test('of 200 messages begun while their recipient opts out, each is begun or ends FAILED, none is both, and none begins afterwards', async () => {
  const to = { phones: ['628111111112'], lid: null };
  const ids = (await accept(200, { chat: '628111111112@s.whatsapp.net' })).map(({ id }) => id);
  const verdicts = new Map<string, string | undefined>();
  const entering = optOut(to);
  for (const id of ids) verdicts.set(id, await begin(id, null, to));
  const ended = await entering;
  for (const id of ids) {
    // A row that was held at that moment is asked for again, as the engine does.
    if (verdicts.get(id) === 'busy') verdicts.set(id, await begin(id, null, to));
    const { status, failureCode, begunAt } = await row(id);
    const isEnded = ended.includes(id);
    expect([status, failureCode]).toEqual(isEnded ? ['FAILED', 'opted_out'] : ['QUEUED', null]);
    expect(begunAt !== null, 'begun or refused').toBe(verdicts.get(id) === 'begun');
    expect(verdicts.get(id)).toMatch(isEnded ? /^over$/ : /^(begun|opted_out)$/);
  }
  const [later] = await accept(1, { chat: '628111111112@s.whatsapp.net' });
  expect(await begin(later?.id ?? '', null, to)).toBe('opted_out');
  expect((await row(later?.id ?? '')).begunAt).toBeNull();
});

test('an opt-out that was entered beside an acceptance holds by every name of the person, in their workspace only', async () => {
  const lid = '111222333444555';
  await makeProfiles(database.db, 'elsewhere', 1);
  await optOut({ phones: ['628111111113'], lid });
  const [message] = await accept(1);
  const id = message?.id ?? '';
  for (const to of [
    { phones: ['62811111', '628111111113'], lid: null },
    { phones: [], lid },
  ]) {
    expect(await begin(id, null, to)).toBe('opted_out');
  }
  const rows = await accept(1, { workspaceId: 'elsewhere', profileId: 'elsewhere-000' });
  expect(await begin(rows[0]?.id ?? '', null, { phones: ['628111111113'], lid })).toBe('begun');
  expect(await begin(id, null, { phones: ['628111111114'], lid: '9' })).toBe('begun');
});

test('what a person asked for themselves begins although they opted out, and so does again what had begun before', async () => {
  const to = { phones: ['628111111115'], lid: null };
  const chat = '628111111115@s.whatsapp.net';
  const [[asked], [begun]] = [await accept(1, { chat, ignoreOptOut: true }), await accept(1, { chat })];
  if (!asked || !begun) throw new Error('two were accepted');
  expect(await begin(begun.id, null, to)).toBe('begun');
  expect(await optOut(to)).toEqual([]);
  expect(await begin(begun.id, null, to)).toBe('begun');
  expect(await begin(asked.id, null, to)).toBe('begun');
});
