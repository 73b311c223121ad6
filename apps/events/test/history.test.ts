import type { HistoryChunkFact, HistoryMessage, HistoryPeopleFact } from '@multiwa/contracts';
import { appliedHistoryPart, reopenDownload } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();
const friend = { phone: '628222222222', lid: null };
const chat = '628222222222@s.whatsapp.net';
const both = { phone: friend.phone, lid: '77000000000001' };
const attempt = newId();

const link = '628111111111:1@s.whatsapp.net';
const base = (owner: TestProfile, chunk = 'CHUNK-1') => ({ ...owner, at: second(10_000), link, chunk });

function old(id: string, change: Partial<HistoryMessage> = {}): HistoryMessage {
  return {
    waMessageId: id,
    chat,
    peer: friend,
    sender: friend,
    pushName: 'Budi of then',
    fromMe: false,
    timestamp: second(-86_400),
    order: 999,
    status: 'DELIVERED',
    type: 'TEXT',
    content: { type: 'TEXT', text: `old ${id}` },
    reactions: [],
    ...change,
  };
}

function part(owner: TestProfile, messages: HistoryMessage[], number = 1, chunk?: string): AnyFact {
  return { kind: 'history-messages', payload: { ...base(owner, chunk), attempt, part: number, messages } };
}

function people(owner: TestProfile, named: HistoryPeopleFact['people']): AnyFact {
  return { kind: 'history-people', payload: { ...base(owner), attempt, part: 2, people: named } };
}

function chunk(owner: TestProfile, change: Partial<HistoryChunkFact> = {}): AnyFact {
  const said = { stage: 'DONE', mode: 'RECENT', phase: 'RECENT', progress: 50, parts: 1 } as const;
  return { kind: 'history-chunk', payload: { ...base(owner), ...said, ...change } };
}

async function rowsOf({ profileId }: TestProfile) {
  const { prisma } = database.db;
  const newestFirst = [{ createdAt: 'desc' }, { id: 'desc' }] as const;
  return {
    messages: await prisma.message.findMany({ where: { profileId }, orderBy: [...newestFirst] }),
    conversations: await prisma.conversation.findMany({ where: { profileId } }),
    contacts: await prisma.contact.findMany({ where: { profileId } }),
    import: await prisma.historySync.findUnique({ where: { profileId } }),
  };
}

const idsOf = (messages: { waMessageId: string }[]) => messages.map(({ waMessageId }) => waMessageId);
const typesOf = async (owner: TestProfile) => (await eventsOf(database.db, owner)).map(({ type }) => type);

test('imported messages stand before live ones in their own order, count as read and are not announced', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { waMessageId: 'LIVE-1', timestamp: second(1) })]);
  const before = await eventsOf(db, owner);
  const messages = [
    old('OLD-4', {
      fromMe: true,
      sender: { phone: '628111111111', lid: null },
      status: 'READ',
      timestamp: second(-50),
    }),
    old('OLD-3', { timestamp: second(-60), order: 999 }),
    old('OLD-2', { timestamp: second(-60), order: 998 }),
    old('OLD-1', { timestamp: second(-70) }),
  ];
  await applyFacts(db, [part(owner, messages)]);
  await applyFacts(db, [received(owner, { waMessageId: 'LIVE-2', timestamp: second(2) })]);
  const rows = await rowsOf(owner);
  expect(idsOf(rows.messages)).toEqual(['LIVE-2', 'LIVE-1', 'OLD-4', 'OLD-3', 'OLD-2', 'OLD-1']);
  const [, live, own] = rows.messages;
  expect(own).toMatchObject({ origin: 'HISTORY', status: 'READ', fromMe: true, timestamp: new Date(second(-50)) });
  expect(live).toMatchObject({ origin: 'PHONE' });
  expect(rows.conversations).toMatchObject([
    { chat, unreadCount: 2, lastMessageId: rows.messages[0]?.id, lastMessageAt: new Date(second(2)) },
  ]);
  // The name of then does not replace the name of now.
  expect(rows.contacts).toMatchObject([{ phone: friend.phone, pushName: 'Budi' }]);
  const after = (await eventsOf(db, owner)).slice(before.length).map(({ type }) => type);
  expect(after).toEqual(['profile.history', 'message.received']);
});

test('a chat that only the history knows has its newest message last, and nothing unread', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [
    part(owner, [old('NEWER', { timestamp: second(-5) }), old('OLDER', { timestamp: second(-9) })]),
  ]);
  await applyFacts(db, [part(owner, [old('OLDEST', { timestamp: second(-90) })], 2)]);
  const rows = await rowsOf(owner);
  const newest = rows.messages.find(({ waMessageId }) => waMessageId === 'NEWER');
  expect(rows.conversations).toMatchObject([{ chat, unreadCount: 0, lastMessageId: newest?.id }]);
  expect(rows.import).toMatchObject({ messages: 3, chats: 1, contacts: 1 });
});

test('what is handed over again, in whatever pieces, changes nothing and is told once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const messages = ['A', 'B', 'C', 'D'].map((id, index) => old(id, { timestamp: second(-index) }));
  const facts = [chunk(owner, { stage: 'BEGUN' }), part(owner, messages), chunk(owner)];
  await applyFacts(db, facts);
  const before = { ...(await rowsOf(owner)), events: await eventsOf(db, owner) };
  await applyFacts(db, facts);
  for (const fact of facts) await applyFacts(db, [fact]);
  for (const [index, message] of [...messages].reverse().entries()) {
    await applyFacts(db, [part(owner, [message, message], index + 1)]);
  }
  const after = { ...(await rowsOf(owner)), events: await eventsOf(db, owner) };
  const untimed = ({ import: row, ...rest }: typeof after) => ({
    ...rest,
    import: { ...row, updatedAt: null, part: null },
  });
  expect(untimed(after)).toEqual(untimed(before));
  expect(after.import).toMatchObject({ messages: 4, chats: 1, contacts: 1, chunks: ['CHUNK-1'] });
  expect(await typesOf(owner)).toEqual(['profile.history', 'contact.created', 'profile.history']);
});

test('a message that is here already stays as it is', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { waMessageId: 'BOTH', timestamp: second(1) })]);
  const [before] = (await rowsOf(owner)).messages;
  await applyFacts(db, [part(owner, [old('BOTH')])]);
  expect((await rowsOf(owner)).messages).toEqual([before]);
});

test('a message that came with the history first is announced and counted when it arrives by itself', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const live = received(owner, { waMessageId: 'BOTH', timestamp: second(1) });
  await applyFacts(db, [part(owner, [old('BOTH', { timestamp: second(1) }), old('OLD')])]);
  await applyFacts(db, [live]);
  await applyFacts(db, [live, part(owner, [old('BOTH', { timestamp: second(1) })])]);
  const rows = await rowsOf(owner);
  expect(rows.messages.map(({ waMessageId, origin }) => [waMessageId, origin])).toEqual([
    ['BOTH', 'PHONE'],
    ['OLD', 'HISTORY'],
  ]);
  expect(rows.messages[0]?.content).toEqual({ type: 'TEXT', text: 'Hi' });
  expect(rows.conversations).toMatchObject([{ unreadCount: 1, lastMessageId: rows.messages[0]?.id }]);
  expect((await typesOf(owner)).filter((type) => type === 'message.received')).toHaveLength(1);
});

test('of each chat the newest so many are taken, over all chunks together', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const settings = { historySync: { mode: 'RECENT', days: null, messagesPerChat: 3 } };
  await db.prisma.profile.update({ where: { id: owner.profileId }, data: { settings } });
  const messages = ['A', 'B', 'C', 'D', 'E'].map((id, index) => old(id, { timestamp: second(-index) }));
  await applyFacts(db, [part(owner, messages.slice(0, 2))]);
  await applyFacts(db, [part(owner, messages, 2), part(owner, messages.slice(2), 3, 'CHUNK-2')]);
  expect(idsOf((await rowsOf(owner)).messages)).toEqual(['A', 'B', 'C']);
});

test('a person whom the history knows by LID and by phone is one, with one chat', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const byLid = {
    chat: `${both.lid}@lid`,
    peer: { phone: null, lid: both.lid },
    sender: { phone: null, lid: both.lid },
  };
  await applyFacts(db, [part(owner, [old('LID-1', byLid)])]);
  await applyFacts(db, [part(owner, [old('PHONE-1', { timestamp: second(-3) })], 2)]);
  await applyFacts(db, [people(owner, [{ ...both, name: 'Pak Budi', pushName: null }])]);
  await applyFacts(db, [part(owner, [old('LID-2', byLid), old('LID-1', byLid)], 3)]);
  const rows = await rowsOf(owner);
  expect(rows.contacts).toMatchObject([{ ...both, name: 'Pak Budi', pushName: 'Budi of then' }]);
  expect(rows.conversations).toMatchObject([{ chat }]);
  expect(rows.messages.map((one) => [one.waMessageId, one.chat])).toEqual(
    expect.arrayContaining([
      ['LID-1', chat],
      ['LID-2', chat],
      ['PHONE-1', chat],
    ]),
  );
  expect(rows.messages).toHaveLength(3);
});

test('names make nobody known, and never replace what a customer calls somebody', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner)]);
  await db.prisma.contact.updateMany({ where: { profileId: owner.profileId }, data: { name: 'My Budi' } });
  const stranger = { phone: '628333333333', lid: null, name: 'Nobody', pushName: null };
  await applyFacts(db, [people(owner, [{ ...friend, name: 'Pak Budi', pushName: 'B.' }, stranger])]);
  expect((await rowsOf(owner)).contacts).toMatchObject([{ phone: friend.phone, name: 'My Budi', pushName: 'Budi' }]);
});

test('the file of an old message is not fetched until somebody asks, and then as that of any other', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const source = {
    mediaType: 'image' as const,
    directPath: '/v/image/1',
    mediaKey: Buffer.alloc(32).toString('base64'),
    fileSha256: Buffer.alloc(32).toString('base64'),
    fileEncSha256: null,
    fileLength: 3,
    message: { id: 'PICTURE', chat, fromMe: false },
  };
  const media = {
    id: newId(),
    mimeType: 'image/jpeg',
    bytes: 3,
    sha256: null,
    state: 'EXPIRED' as const,
    problem: 'history' as const,
    url: null,
    source,
  };
  const picture = old('PICTURE', { type: 'IMAGE', content: { type: 'IMAGE', media } });
  await applyFacts(db, [part(owner, [picture])]);
  const object = await db.prisma.mediaObject.findUniqueOrThrow({ where: { id: media.id } });
  expect(object).toMatchObject({ state: 'EXPIRED', problem: 'history', origin: 'RECEIVED' });
  expect(await db.prisma.mediaDownload.count()).toBe(0);
  expect(await reopenDownload(db.pool, newId(), media.id)).toBe(false);
  expect(await reopenDownload(db.pool, owner.profileId, media.id)).toBe(true);
  expect(await reopenDownload(db.pool, owner.profileId, media.id)).toBe(true);
  expect(await db.prisma.mediaDownload.findMany()).toMatchObject([{ id: media.id, source }]);
  const fetched = { ...owner, at: second(1), mediaId: media.id, state: 'PENDING' as const, problem: null, file: null };
  await applyFacts(db, [{ kind: 'media-state', payload: fetched }]);
  expect((await eventsOf(db, owner)).at(-1)).toMatchObject({ type: 'message.media' });
});

test('an old message has its reactions, and goes on living: a receipt and a reaction reach it', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const self = { phone: '628111111111', lid: null };
  const reactions = [{ fromMe: false, sender: friend, emoji: '👍', at: second(-40), waMessageId: 'R-1' }];
  await applyFacts(db, [part(owner, [old('OURS', { fromMe: true, sender: self, status: 'SENT', reactions })])]);
  const [ours] = (await rowsOf(owner)).messages;
  if (!ours) throw new Error('nothing was imported');
  await applyFacts(db, [status(owner, ours, 'READ', { messageId: null })]);
  const now = { ...owner, at: second(2), chat, peer: friend, sender: friend, pushName: null, fromMe: false };
  const target = { waMessageId: 'OURS', fromMe: true };
  const reaction = { ...now, waMessageId: 'R-2', timestamp: second(2), target, saidAt: second(2), emoji: '❤️' };
  await applyFacts(db, [{ kind: 'message-reaction', payload: reaction }]);
  expect((await rowsOf(owner)).messages).toMatchObject([{ status: 'READ', origin: 'HISTORY' }]);
  expect(await db.prisma.reaction.findMany({ where: { messageId: ours.id } })).toMatchObject([{ emoji: '❤️' }]);
  expect(await typesOf(owner)).toEqual(expect.arrayContaining(['message.read', 'message.reaction']));
});

test('progress is told chunk by chunk and only rises; a lost chunk is counted, and a new link begins anew', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [chunk(owner, { stage: 'BEGUN' }), part(owner, [old('A')]), chunk(owner, { chunk: 'C-1' })]);
  await applyFacts(db, [chunk(owner, { chunk: 'C-2', stage: 'FAILED', progress: 30 })]);
  await applyFacts(db, [chunk(owner, { chunk: 'C-3', progress: 100 }), chunk(owner, { chunk: 'C-3', progress: 100 })]);
  const told = (await eventsOf(db, owner)).filter(({ type }) => type === 'profile.history');
  expect(told.map(({ data }) => data)).toMatchObject([
    { state: 'STARTED', progress: 0, messages: 0 },
    { state: 'RUNNING', progress: 50, messages: 1, chats: 1, contacts: 1, failedChunks: 0 },
    { state: 'RUNNING', progress: 50, failedChunks: 1 },
    { state: 'COMPLETE', progress: 100, messages: 1, failedChunks: 1 },
  ]);
  expect(await appliedHistoryPart(db.pool, owner.profileId, attempt)).toBe(1);
  expect((await rowsOf(owner)).import?.completedAt).not.toBeNull();
  await applyFacts(db, [chunk(owner, { chunk: 'C-4', phase: 'PUSH_NAME', parts: 0 })]);
  expect((await typesOf(owner)).filter((type) => type === 'profile.history')).toHaveLength(4);
  const again = { link: '628111111111:2@s.whatsapp.net', chunk: 'C-1', stage: 'BEGUN' } as const;
  await applyFacts(db, [chunk(owner, again)]);
  expect((await rowsOf(owner)).import).toMatchObject({ state: 'STARTED', messages: 0, chunks: [], completedAt: null });
});
