import type { GroupInfo, GroupStateFact, MessageReceiptFact } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { type AnyFact, applyFacts } from '../src/facts/apply-facts.js';
import { acceptMessage, eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { received, second, status } from './support/facts.js';

const database = useTestDatabase();
const chat = '120363000000000001@g.us';
const budi = { phone: '628222222222', lid: '77000000000001' };
const sari = { phone: '628333333333', lid: '77000000000002' };
const tono = { phone: null, lid: '77000000000003' };

const info: GroupInfo = {
  subject: 'Pasar',
  description: null,
  kind: 'GROUP',
  communityId: null,
  owner: budi,
  announce: false,
  locked: false,
  joinApproval: false,
  memberAddMode: 'ADMINS',
  ephemeralSeconds: 0,
  createdAt: second(0),
  participants: [
    { ...budi, role: 'OWNER' },
    { ...sari, role: 'MEMBER' },
  ],
};

function state(
  owner: TestProfile,
  step: number,
  group: GroupInfo | null,
  change: Partial<GroupStateFact> = {},
): AnyFact {
  const payload = { ...owner, at: second(step), generation: 1, step, chat, group, actor: budi, ...change };
  return { kind: 'group-state', payload };
}

function receipt(
  owner: TestProfile,
  message: { waMessageId: string },
  participant: MessageReceiptFact['participant'],
  said: MessageReceiptFact['status'],
  at = 0,
): AnyFact {
  const { waMessageId } = message;
  return {
    kind: 'message-receipt',
    payload: { ...owner, at: second(at), waMessageId, chat, participant, status: said },
  };
}

const types = async (owner: TestProfile) => (await eventsOf(database.db, owner)).map(({ type }) => type);
const rowOf = ({ profileId }: TestProfile) =>
  database.db.prisma.group.findUniqueOrThrow({
    where: { profileId_chat: { profileId, chat } },
    include: { participants: { orderBy: { member: 'asc' } } },
  });

test('a group and what becomes of it are stored and told, each change once, whatever comes again or late', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const renamed = { ...info, subject: 'Pasar Baru', announce: true };
  const moved: GroupInfo = {
    ...renamed,
    participants: [
      { ...budi, role: 'OWNER' },
      { ...tono, role: 'ADMIN' },
    ],
  };
  const facts = [state(owner, 1, info), state(owner, 2, renamed), state(owner, 3, moved)];
  await applyFacts(db, [...facts, ...facts]);
  await applyFacts(db, [state(owner, 2, info), state(owner, 3, null)]);
  expect(await rowOf(owner)).toMatchObject({
    subject: 'Pasar Baru',
    announce: true,
    size: 2,
    step: 3,
    leftAt: null,
    participants: [
      { member: `${budi.lid}@lid`, phone: budi.phone, role: 'OWNER' },
      { member: `${tono.lid}@lid`, phone: null, role: 'ADMIN' },
    ],
  });
  const events = await eventsOf(db, owner);
  expect(events.map(({ type, data }) => [type, data])).toMatchObject([
    ['group.joined', { chat, group: { subject: 'Pasar', size: 2 } }],
    ['group.updated', { changed: ['subject', 'announce'], actor: budi }],
    ['group.participants', { added: [tono], removed: [sari], promoted: [], demoted: [], size: 2 }],
  ]);
});

test('a later ownership speaks over an earlier one, and its steps begin anew', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [state(owner, 9, info)]);
  await applyFacts(db, [state(owner, 1, { ...info, subject: 'After the move' }, { generation: 2 })]);
  const { outcomes } = await applyFacts(db, [state(owner, 10, info)]);
  expect(outcomes).toEqual(['unchanged']);
  expect(await rowOf(owner)).toMatchObject({ subject: 'After the move', generation: 2, step: 1 });
});

test('a group that is left stays known, and joining it again is told again', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [state(owner, 1, info), state(owner, 2, null)]);
  expect(await rowOf(owner)).toMatchObject({ role: null, leftAt: new Date(second(2)), subject: 'Pasar' });
  await applyFacts(db, [state(owner, 3, null), state(owner, 4, info)]);
  expect(await rowOf(owner)).toMatchObject({ role: 'MEMBER', leftAt: null });
  expect(await types(owner)).toEqual(['group.joined', 'group.left', 'group.joined']);
});

test('a message to a group is delivered and read when all to whom it went have it, in any order of the news', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const message = await acceptMessage(db, owner, { chat });
  await applyFacts(db, [receipt(owner, message, budi, 'READ', 3)]);
  await applyFacts(db, [status(owner, message, 'SENT', { recipients: 2, at: second(1) })]);
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({ status: 'SENT' });
  const facts = [receipt(owner, message, sari, 'DELIVERED', 4), receipt(owner, message, budi, 'READ', 3)];
  await applyFacts(db, [...facts, ...facts]);
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({
    status: 'DELIVERED',
    deliveredAt: new Date(second(4)),
    readAt: null,
  });
  await applyFacts(db, [receipt(owner, message, sari, 'READ', 6)]);
  expect(await db.prisma.message.findUniqueOrThrow({ where: { id: message.id } })).toMatchObject({ status: 'READ' });
  expect(await db.prisma.messageReceipt.count({ where: { messageId: message.id } })).toBe(3);
  expect(await types(owner)).toEqual(['message.sent', 'message.delivered', 'message.read']);
});

test('the last receipt may overtake the ack', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const message = await acceptMessage(db, owner, { chat });
  const facts = [receipt(owner, message, budi, 'DELIVERED', 2), status(owner, message, 'SENT', { recipients: 1 })];
  await applyFacts(db, facts);
  expect(await types(owner)).toEqual(['message.sent', 'message.delivered']);
});

test('a wish to be let in is told once', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [state(owner, 1, info)]);
  const request: AnyFact = {
    kind: 'group-request',
    payload: { ...owner, at: second(2), noticeId: 'A1-0', chat, person: tono, state: 'REQUESTED' },
  };
  await applyFacts(db, [request, request]);
  await applyFacts(db, [request]);
  const [, event, ...rest] = await eventsOf(db, owner);
  expect(rest).toEqual([]);
  expect(event).toMatchObject({ type: 'group.request', data: { chat, subject: 'Pasar', person: tono } });
});

test('of all groups that a sync does not name the number is no longer a member, but for those told of since', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const [other, joined] = ['120363000000000002@g.us', '120363000000000003@g.us'];
  await applyFacts(db, [state(owner, 1, info), state(owner, 2, info, { chat: other })]);
  await applyFacts(db, [state(owner, 4, info, { chat: joined })]);
  const list: AnyFact = {
    kind: 'group-list',
    payload: { ...owner, at: second(9), generation: 1, step: 3, chats: [other] },
  };
  await applyFacts(db, [list, list]);
  await applyFacts(db, [list]);
  const rows = await db.prisma.group.findMany({ where: { profileId: owner.profileId }, orderBy: { chat: 'asc' } });
  expect(rows.map(({ role, leftAt }) => [role, leftAt])).toEqual([
    [null, new Date(second(9))],
    ['MEMBER', null],
    ['MEMBER', null],
  ]);
  const left = (await eventsOf(db, owner)).filter(({ type }) => type === 'group.left');
  expect(left.map(({ data }) => data)).toMatchObject([{ chat, subject: 'Pasar', actor: null }]);
  expect(await db.prisma.groupParticipant.count({ where: { profileId: owner.profileId, chat } })).toBe(2);
});

test('another picture is told once, and an older one that comes late is not', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await applyFacts(db, [state(owner, 1, info)]);
  const picture = (pictureId: string | null, at: number): AnyFact => ({
    kind: 'group-picture',
    payload: { ...owner, at: second(at), noticeId: `N${at}`, chat, pictureId, actor: { phone: null, lid: budi.lid } },
  });
  await applyFacts(db, [picture('P1', 2), picture('P1', 2), state(owner, 2, { ...info, subject: 'Baru' })]);
  await applyFacts(db, [picture(null, 5), picture('P1', 2), picture(null, 5)]);
  expect(await rowOf(owner)).toMatchObject({ pictureId: null, pictureAt: new Date(second(5)), subject: 'Baru' });
  const events = (await eventsOf(db, owner)).filter(({ type }) => type === 'group.picture');
  expect(events.map(({ data }) => (data as { pictureId: string | null }).pictureId)).toEqual(['P1', null]);
});

test('a conversation with a group is called as the group is, whichever is known first, and takes over its timer', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const conversation = () => db.prisma.conversation.findFirstOrThrow({ where: { profileId: owner.profileId, chat } });
  await applyFacts(db, [received(owner, { chat, peer: null, sender: budi, timestamp: second(1) })]);
  expect(await conversation()).toMatchObject({ title: null, ephemeralSeconds: 0 });
  await applyFacts(db, [state(owner, 1, info)]);
  expect(await conversation()).toMatchObject({ title: 'Pasar' });
  const changed = { ...info, subject: 'Pasar Baru', ephemeralSeconds: 86_400 };
  await applyFacts(db, [state(owner, 2, changed), state(owner, 2, changed)]);
  expect(await conversation()).toMatchObject({ title: 'Pasar Baru', ephemeralSeconds: 86_400 });
  const timers = (await eventsOf(db, owner)).filter(({ type }) => type === 'conversation.timer');
  expect(timers.map(({ data }) => data)).toMatchObject([{ chat, seconds: 86_400, sender: budi, fromMe: false }]);
  const second_ = '120363000000000002@g.us';
  await applyFacts(db, [state(owner, 3, info, { chat: second_ })]);
  await applyFacts(db, [received(owner, { chat: second_, peer: null, sender: budi })]);
  expect(
    await db.prisma.conversation.findFirst({ where: { profileId: owner.profileId, chat: second_ } }),
  ).toMatchObject({
    title: 'Pasar',
  });
});

test('what another device of the number wrote in a group is delivered and read when all others have it', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const three: GroupInfo = { ...info, participants: [...info.participants, { ...tono, role: 'MEMBER' }] };
  const own = { chat, peer: null, fromMe: true, sender: budi, waMessageId: 'FROM-PHONE' };
  await applyFacts(db, [state(owner, 1, three), received(owner, own)]);
  const message = { waMessageId: 'FROM-PHONE' };
  await applyFacts(db, [receipt(owner, message, sari, 'READ', 3)]);
  const row = () =>
    db.prisma.message.findFirstOrThrow({ where: { profileId: owner.profileId, waMessageId: 'FROM-PHONE' } });
  expect(await row()).toMatchObject({ status: 'SENT', recipients: 2 });
  await applyFacts(db, [receipt(owner, message, tono, 'DELIVERED', 4)]);
  expect(await row()).toMatchObject({ status: 'DELIVERED', deliveredAt: new Date(second(4)) });
  await applyFacts(db, [receipt(owner, message, tono, 'READ', 5)]);
  expect(await row()).toMatchObject({ status: 'READ', readAt: new Date(second(5)) });
});
