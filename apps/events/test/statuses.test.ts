import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type MessageReceivedFact, statusChat, statusLifetimeMs } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { localStorage, receiveFile } from '@multiwa/media';
import { createLogger } from '@multiwa/runtime';
import { waitFor } from '@multiwa/testkit';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { startEndingStatuses } from '../src/media/end-statuses.js';
import { acceptMessage, eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();
const friend = { phone: '628222222222', lid: '177000000000002' };

async function listening() {
  const owner = await makeProfile(database.db);
  const settings = { receiveStatuses: true };
  await database.db.prisma.profile.update({ where: { id: owner.profileId }, data: { settings } });
  return owner;
}

const posted = (owner: TestProfile, over: Partial<MessageReceivedFact> = {}) =>
  received(owner, { chat: statusChat, peer: null, sender: friend, ...over });

function deleted(owner: TestProfile, waMessageId: string, sender = friend): AnyFact {
  const { payload } = posted(owner, { sender });
  const { type: _, content: __, ...arrived } = payload as MessageReceivedFact;
  return {
    kind: 'message-deleted',
    payload: { ...arrived, target: { waMessageId, fromMe: false }, saidAt: second(9) },
  };
}

function viewed(
  owner: TestProfile,
  waMessageId: string,
  status: 'DELIVERED' | 'READ' | 'PLAYED',
  lid: string,
): AnyFact {
  const participant = { phone: null, lid };
  const payload = { ...owner, at: second(5), waMessageId, chat: statusChat, participant, status };
  return { kind: 'message-receipt', payload };
}

const typesOf = async (owner: TestProfile) => (await eventsOf(database.db, owner)).map(({ type }) => type);

test('a status is kept and announced once where the settings ask for it, makes no conversation, and is no word of its author', async () => {
  const { db } = database;
  const owner = await listening();
  const fact = posted(owner, { waMessageId: 'STATUS-1' });
  await applyFacts(db, [fact]);
  await applyFacts(db, [fact, received(owner, { waMessageId: 'A-WORD', peer: friend, sender: friend })]);
  expect(await typesOf(owner)).toEqual(['contact.created', 'status.received', 'message.received']);
  const [, announced, word] = await eventsOf(db, owner);
  expect(announced?.data).toMatchObject({ chat: statusChat, sender: friend, expiresAt: second(86_400) });
  expect(word?.data).toMatchObject({ firstOfContact: true });
  expect(await db.prisma.conversation.count({ where: { profileId: owner.profileId, chat: statusChat } })).toBe(0);

  const other = await makeProfile(db);
  expect((await applyFacts(db, [posted(other)])).outcomes).toEqual(['unchanged']);
  const late = posted(owner, { at: new Date(Date.parse(second(0)) + statusLifetimeMs).toISOString() });
  expect((await applyFacts(db, [late])).outcomes).toEqual(['unchanged']);
  expect(await typesOf(other)).toEqual([]);
});

test('only who posted a status takes it back', async () => {
  const { db } = database;
  const owner = await listening();
  await applyFacts(db, [posted(owner, { waMessageId: 'STATUS-2' })]);
  const stranger = { phone: '628333333333', lid: '177000000000003' };
  expect((await applyFacts(db, [deleted(owner, 'STATUS-2', stranger)])).outcomes).toEqual(['unchanged']);
  await applyFacts(db, [deleted(owner, 'STATUS-2')]);
  expect((await typesOf(owner)).filter((type) => type.includes('deleted'))).toEqual(['status.deleted']);
  const row = await db.prisma.message.findFirstOrThrow({ where: { waMessageId: 'STATUS-2' } });
  expect(row.content).toEqual({ type: 'DELETED' });
});

test('a reaction to a status is told of as one of a status, whoever reacts', async () => {
  const { db } = database;
  const owner = await listening();
  await applyFacts(db, [posted(owner, { waMessageId: 'STATUS-3' })]);
  const kept = await db.prisma.message.findFirstOrThrow({ where: { ...owner, waMessageId: 'STATUS-3' } });
  const target = { messageId: kept.id, waMessageId: 'STATUS-3', fromMe: false, sender: friend };
  const content = { type: 'REACTION', target, emoji: '💚', status: { audience: [`${friend.phone}@s.whatsapp.net`] } };
  const own = await acceptMessage(db, owner, { chat: statusChat });
  await db.prisma.message.update({ where: { id: own.id }, data: { type: 'REACTION', content } });
  await applyFacts(db, [status(owner, own, 'SENT')]);

  const { payload } = posted(owner, { waMessageId: 'LIKE-1' });
  const { type: _, content: __, ...arrived } = payload as MessageReceivedFact;
  const said = { ...arrived, target: { waMessageId: 'STATUS-3', fromMe: false }, saidAt: second(9), emoji: '👍' };
  await applyFacts(db, [{ kind: 'message-reaction', payload: said }]);
  const told = (await eventsOf(db, owner)).filter(({ type }) => type.endsWith('.reaction'));
  expect(told.map(({ type, data }) => ({ type, ...(data as object) }))).toMatchObject([
    { type: 'status.reaction', messageId: kept.id, fromMe: true, emoji: '💚' },
    { type: 'status.reaction', messageId: kept.id, fromMe: false, sender: friend, emoji: '👍' },
  ]);
});

test('that WhatsApp did not take a status as seen is told of once, by the status', async () => {
  const { db } = database;
  const owner = await listening();
  const commandId = newId();
  const payload = {
    ...owner,
    at: second(5),
    commandId,
    chat: statusChat,
    action: 'read' as const,
    detail: 'Timed Out',
  };
  const fact: AnyFact = { kind: 'chat-action-failed', payload };
  await applyFacts(db, [fact]);
  await applyFacts(db, [fact]);
  expect(await eventsOf(db, owner)).toMatchObject([
    { type: 'status.seen.failed', data: { messageId: commandId, detail: 'Timed Out' } },
  ]);
});

test('of an own status it is told that it was posted, and of each who saw it once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const message = await acceptMessage(db, owner, { chat: statusChat });
  const { waMessageId } = message;
  await applyFacts(db, [status(owner, message, 'SENT')]);
  const [lid, another] = ['177000000000004', '177000000000005'];
  const facts = [viewed(owner, waMessageId, 'DELIVERED', lid), viewed(owner, waMessageId, 'READ', lid)];
  await applyFacts(db, [...facts, viewed(owner, waMessageId, 'PLAYED', lid)]);
  await applyFacts(db, [...facts, viewed(owner, waMessageId, 'PLAYED', another)]);
  expect(await typesOf(owner)).toEqual(['status.sent', 'status.viewed', 'status.viewed']);
  const [, first, second_] = await eventsOf(db, owner);
  expect([first?.data, second_?.data]).toMatchObject([{ viewer: { lid } }, { viewer: { lid: another } }]);
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({ status: 'SENT' });
  expect(await db.prisma.conversation.count({ where: { profileId: owner.profileId } })).toBe(0);

  const elsewhere = viewed(owner, 'POSTED-ON-THE-PHONE', 'READ', lid);
  expect((await applyFacts(db, [elsewhere])).outcomes).toEqual(['unchanged']);
  const failing = await acceptMessage(db, owner, { chat: statusChat });
  await applyFacts(db, [status(owner, failing, 'FAILED')]);
  expect((await typesOf(owner)).at(-1)).toBe('status.failed');
});

test('statuses of others go when their day is over, with their files; own ones stay', async () => {
  const { db } = database;
  const dir = await mkdtemp(path.join(tmpdir(), 'multiwa-statuses-'));
  const storage = localStorage(dir);
  const owner = await listening();
  const file = await receiveFile(storage, Readable.from([randomBytes(500)]), { maxBytes: 1_000 });
  await file.keep();
  const media = {
    id: newId(),
    mimeType: 'image/jpeg',
    bytes: 500,
    sha256: file.sha256,
    state: 'READY',
    problem: null,
  } as const;
  const content = { type: 'IMAGE', media } as const;
  await applyFacts(db, [posted(owner, { waMessageId: 'STATUS-3', type: 'IMAGE', content })]);
  const own = await acceptMessage(db, owner, { chat: statusChat });
  const hour = 3_600_000;
  const timestamp = new Date(Date.now() - statusLifetimeMs);
  await db.prisma.message.updateMany({ where: { profileId: owner.profileId }, data: { timestamp } });
  const rows = () => db.prisma.message.findMany({ where: { profileId: owner.profileId }, select: { id: true } });
  const logger = createLogger('statuses-test', 'silent');
  const now = () => Date.now() + 2 * hour;
  const ending = startEndingStatuses({ database: db, storage, logger, everyMs: 20, now });
  await waitFor(async () => (await rows()).length === 1, { what: 'the end of a status' });
  await waitFor(async () => (await storage.stat(file.sha256)) === undefined, { what: 'the end of its file' });
  await ending.stop();
  expect(await rows()).toEqual([{ id: own.id }]);
  const kept = await db.prisma.mediaObject.findUniqueOrThrow({ where: { id: media.id } });
  expect(kept).toMatchObject({ state: 'EXPIRED', problem: 'retention' });
  await rm(dir, { recursive: true, force: true });
});

test('a post of a channel is announced once, however often it is heard of', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const chat = '120363041234567890@newsletter';
  const post = {
    serverId: 7,
    waMessageId: 'POST-7',
    type: 'TEXT' as const,
    text: 'new',
    media: null,
    views: null,
    reactions: [],
    timestamp: second(0),
  };
  const fact = (at: number): AnyFact => ({ kind: 'channel-post', payload: { ...owner, at: second(at), chat, post } });
  await applyFacts(db, [fact(0), fact(1)]);
  await applyFacts(db, [fact(2)]);
  expect(await eventsOf(db, owner)).toMatchObject([
    { type: 'channel.post.received', data: { chat, post }, sequence: 1 },
  ]);

  const message = await acceptMessage(db, owner, { chat });
  await applyFacts(db, [status(owner, message, 'SENT')]);
  const failing = await acceptMessage(db, owner, { chat });
  await applyFacts(db, [
    status(owner, failing, 'FAILED', { failure: { code: 'channel_admin_required', detail: null } }),
  ]);
  expect((await typesOf(owner)).slice(1)).toEqual(['channel.post.sent', 'channel.post.failed']);
  expect(await db.prisma.conversation.count({ where: { profileId: owner.profileId } })).toBe(0);
});
