import type { ChatChange } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second } from './support/facts.js';

const database = useTestDatabase();
const peer = { phone: '628222222222', lid: null };
const chat = '628222222222@s.whatsapp.net';

function changed(owner: TestProfile, at: number, change: ChatChange): AnyFact {
  return { kind: 'chat-changed', payload: { ...owner, at: second(at), chat, peer, change } };
}

const conversation = ({ profileId }: TestProfile) =>
  database.db.prisma.conversation.findUniqueOrThrow({ where: { profileId_chat: { profileId, chat } } });

test('a chat read on the phone is read here up to that message, also within one batch', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const facts = ['first', 'second', 'third'].map((waMessageId, n) =>
    received(owner, { waMessageId, timestamp: second(n * 10) }),
  );
  const [first, next, third] = facts;
  if (!first || !next || !third) throw new Error('three facts were made');
  await applyFacts(db, [first, next, changed(owner, 11, { did: 'read', waMessageIds: ['first', 'second'] }), third]);
  expect(await conversation(owner)).toMatchObject({ unreadCount: 1 });
  await applyFacts(db, [changed(owner, 30, { did: 'read', waMessageIds: ['third'] })]);
  expect(await conversation(owner)).toMatchObject({ unreadCount: 0 });
});

test('what the phone does to a chat is kept and announced once, however often and in whatever order it is told', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner)]);
  const archive = changed(owner, 10, { did: 'archive', archived: true });
  const back = changed(owner, 20, { did: 'archive', archived: false });
  await applyFacts(db, [archive]);
  await applyFacts(db, [back, archive]);
  await applyFacts(db, [back]);
  await applyFacts(db, [changed(owner, 21, { did: 'mute', until: null }), changed(owner, 22, { did: 'unread' })]);
  expect(await conversation(owner)).toMatchObject({ archived: false, mutedUntil: null, markedUnread: true });
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'conversation.updated');
  expect(events.map(({ data }) => data)).toMatchObject([
    { by: 'PHONE', archived: true, changed: ['archived'] },
    { by: 'PHONE', archived: false, changed: ['archived'] },
    { by: 'PHONE', markedUnread: true, changed: ['markedUnread'] },
  ]);
});

test('a chat deleted on the phone comes back with its next message, and not with an older one', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [received(owner, { timestamp: second(0) })]);
  await applyFacts(db, [changed(owner, 10, { did: 'delete' })]);
  expect(await conversation(owner)).toMatchObject({ deletedAt: new Date(second(10)), unreadCount: 0 });
  await applyFacts(db, [received(owner, { timestamp: second(5) })]);
  expect((await conversation(owner)).deletedAt).not.toBeNull();
  await applyFacts(db, [received(owner, { timestamp: second(11) })]);
  expect((await conversation(owner)).deletedAt).toBeNull();
});

test('a chat that was never written in is known from what the phone does to it', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [changed(owner, 1, { did: 'pin', pinned: true })]);
  expect(await conversation(owner)).toMatchObject({ pinnedAt: new Date(second(1)), lastMessageAt: null });
});

test('a change of which WhatsApp could not be told is announced once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const payload = { ...owner, at: second(0), commandId: newId(), chat, action: 'archive' as const, detail: 'no key' };
  const fact: AnyFact = { kind: 'chat-action-failed', payload };
  await applyFacts(db, [fact]);
  await applyFacts(db, [fact]);
  expect(await eventsOf(db, owner)).toMatchObject([
    { type: 'conversation.action.failed', data: { chat, action: 'archive', detail: 'no key' } },
  ]);
});

test('a timer that the other side changes is kept and told once, and gives way to a later change', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const timer = (seconds: number, at: number, over: object = {}): AnyFact => {
    const { payload } = received(owner, { timestamp: second(at), waMessageId: `TIMER-${at}` });
    const { type: _, content: __, ...arrived } = payload as Extract<AnyFact, { kind: 'message-received' }>['payload'];
    return { kind: 'chat-timer', payload: { ...arrived, seconds, ...over } };
  };
  await applyFacts(db, [received(owner, { timestamp: second(0) })]);
  await applyFacts(db, [timer(86_400, 10), timer(86_400, 10)]);
  expect(await conversation(owner)).toMatchObject({ ephemeralSeconds: 86_400, unreadCount: 1 });
  await applyFacts(db, [timer(0, 20, { fromMe: true }), timer(604_800, 15)]);
  await applyFacts(db, [timer(86_400, 10)]);
  expect(await conversation(owner)).toMatchObject({ ephemeralSeconds: 0 });
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'conversation.timer');
  expect(events.at(0)?.data).toMatchObject({ chat, peer, seconds: 86_400, fromMe: false, sender: peer });
  expect(events.at(-1)?.data).toMatchObject({ seconds: 0, fromMe: true });
  expect(events.length).toBeLessThanOrEqual(3);
});
