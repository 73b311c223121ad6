import { type GroupCall, groupCalls } from '@multiwa/contracts';
import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningEngine } from '../src/start-engine.js';
import { type FactOf, type Linked, startWorld, untilReceived, type World } from './support/world.js';

let world: World;
let worker: RunningEngine;

beforeAll(async () => {
  world = await startWorld({ strictRetry: true });
  worker = await world.startWorker();
});
afterAll(() => world.stop());

/** As much of a JPEG as tells its size: 64 by 64. */
const jpeg = Buffer.from('ffd8ffc0001108004000400301220002110103110100ffd9', 'hex');

/** What is asked of groups as the gateway asks it. */
async function ask<C extends GroupCall>(profileId: string, call: C, request: object) {
  const answer = await world.bus.ask('group', profileId, { call, request });
  return groupCalls[call].response.parse(answer) as never;
}

const states = (profileId: string, chat: string) =>
  world.factsOf('group-state', profileId).filter((fact) => fact.chat === chat);
const receiptsOf = (profileId: string, waMessageId: string) =>
  world.factsOf('message-receipt', profileId).filter((fact) => fact.waMessageId === waMessageId);

async function untilState(
  profileId: string,
  chat: string,
  holds: (fact: FactOf<'group-state'>) => boolean,
): Promise<FactOf<'group-state'>> {
  return waitFor(() => states(profileId, chat).findLast(holds), { what: `a state of ${chat}` });
}

/** A group of a phone with a linked number and a phone in it, once the engine knows of it. */
async function groupWith(linked: Linked, ...others: string[]) {
  const admin = await world.control.createPhone({ name: 'Admin' });
  const made = await world.control.createGroup({
    by: admin.phone,
    subject: 'Pasar',
    participants: [linked.phone.phone, ...others],
  });
  await untilState(linked.profileId, made.group, ({ group }) => group !== null);
  return { admin, chat: made.group };
}

test('texts go both ways in a group, and every member’s receipt is told by itself', async () => {
  const linked = await world.link();
  const { profileId } = linked;
  const friend = await world.control.createPhone({ name: 'Sari' });
  const { admin, chat } = await groupWith(linked, friend.phone);

  const command = await world.accept(profileId, chat, 'halo semua');
  for (const phone of [admin, friend, linked.phone]) {
    const received = await world.control.waitForMessage(
      phone.phone,
      ({ text }) => text === 'halo semua',
      10_000,
      'all',
    );
    expect(received).toMatchObject({ id: command.waMessageId, copies: 1, group: chat });
  }
  await waitFor(() => receiptsOf(profileId, command.waMessageId).length >= 2, { what: 'two receipts' });
  const [sent] = world.factsOf('message-status', profileId).filter(({ messageId }) => messageId === command.messageId);
  expect(sent).toMatchObject({ status: 'SENT', recipients: 2 });
  await world.control.read(friend.phone);
  await waitFor(() => receiptsOf(profileId, command.waMessageId).some(({ status }) => status === 'READ'), {
    what: 'READ',
  });
  expect(receiptsOf(profileId, command.waMessageId)).toContainEqual(
    expect.objectContaining({ participant: { phone: friend.phone, lid: friend.lid }, status: 'READ', chat }),
  );

  const answer = await world.control.send(friend.phone, { to: chat, text: 'hai' });
  const [fact] = await untilReceived(world, profileId, 1);
  expect(fact).toMatchObject({
    waMessageId: answer.id,
    chat,
    peer: null,
    sender: { phone: friend.phone, lid: friend.lid },
    fromMe: false,
    content: { type: 'TEXT', text: 'hai' },
  });
  await waitFor(
    async () =>
      (await world.control.sentMessage(friend.phone, answer.id)).receipts?.[linked.phone.phone] === 'delivered',
    { what: 'the delivery' },
  );
  await waitFor(async () => (await world.database.prisma.inboundJournal.count()) === 0, { what: 'an empty journal' });
});

test('who joins later can read, who is gone is not written to, and the key is made anew for those who stay', async () => {
  const linked = await world.link();
  const { profileId } = linked;
  const [stays, goes, comes] = [
    await world.control.createPhone(),
    await world.control.createPhone(),
    await world.control.createPhone(),
  ];
  const { admin, chat } = await groupWith(linked, stays.phone, goes.phone);
  await world.accept(profileId, chat, 'one');
  await world.control.waitForMessage(goes.phone, ({ text }) => text === 'one');
  await world.control.actInGroup(chat, { do: 'remove', by: admin.phone, people: [goes.phone] });
  await world.control.actInGroup(chat, { do: 'add', by: admin.phone, people: [comes.phone] });
  await untilState(
    profileId,
    chat,
    ({ group }) => group?.participants.some(({ phone }) => phone === comes.phone) === true,
  );
  const last = await world.accept(profileId, chat, 'two');
  for (const phone of [stays, comes, admin]) {
    expect(await world.control.waitForMessage(phone.phone, ({ text }) => text === 'two')).toMatchObject({ copies: 1 });
  }
  expect((await world.control.messages(goes.phone)).messages.map(({ text }) => text)).toEqual(['one']);
  expect(new Set(keysHeld(stays.phone, chat, linked.phone.lid)).size).toBe(2);
  await waitFor(async () => (await world.messageStatus(last.messageId)) === 'SENT', { what: 'SENT' });
});

/** The ids of the keys that a phone has to read what the engine of this number writes to a group. */
function keysHeld(phone: string, chat: string, lid: string): number[] {
  const name = `${chat}::${lid}_1::1`;
  const stored = world.sandbox.core.phone(phone).signal.keys.get('sender-key', [name])[name];
  return (JSON.parse(Buffer.from(stored as Uint8Array).toString()) as { senderKeyId: number }[]).map(
    ({ senderKeyId }) => senderKeyId,
  );
}

test('a member that cannot read a message gets it again with the key, and reads the next one by itself', async () => {
  const linked = await world.link();
  const reader = await world.link();
  const { chat } = await groupWith(linked, reader.phone.phone);
  await untilState(reader.profileId, chat, ({ group }) => group !== null);
  await world.control.addFault({
    direction: 'out',
    match: { tag: 'message', phone: reader.phone.phone },
    action: { do: 'corrupt' },
    times: 1,
  });
  const first = await world.accept(linked.profileId, chat, 'garbled');
  const facts = await untilReceived(world, reader.profileId, 1);
  expect(facts).toMatchObject([{ waMessageId: first.waMessageId, chat, content: { text: 'garbled' } }]);
  const second = await world.accept(linked.profileId, chat, 'clear');
  expect((await untilReceived(world, reader.profileId, 2)).map(({ waMessageId }) => waMessageId)).toEqual([
    first.waMessageId,
    second.waMessageId,
  ]);
});

test('what was written while the number was away arrives once, in order, after it is back', async () => {
  const linked = await world.link();
  const friend = await world.control.createPhone();
  const { chat } = await groupWith(linked, friend.phone);
  await world.want(linked.profileId, 'DISCONNECTED');
  await world.untilStatus(linked.profileId, 'DISCONNECTED');
  const sent: string[] = [];
  for (const text of ['a', 'b', 'c']) sent.push((await world.control.send(friend.phone, { to: chat, text })).id);
  await world.control.actInGroup(chat, { do: 'subject', by: friend.phone, to: 'While away' });
  await world.want(linked.profileId, 'CONNECTED');
  const facts = await untilReceived(world, linked.profileId, 3);
  expect(facts.map(({ waMessageId }) => waMessageId)).toEqual(sent);
  await untilState(linked.profileId, chat, ({ group }) => group?.subject === 'While away');
  for (const id of sent) {
    await waitFor(
      async () => (await world.control.sentMessage(friend.phone, id)).receipts?.[linked.phone.phone] !== undefined,
      { what: `the delivery of ${id}` },
    );
  }
});

test('a group is asked for, changed, shared and left, with an outcome for each person', async () => {
  const linked = await world.link();
  const { profileId } = linked;
  const [friend, guest] = [await world.control.createPhone(), await world.control.createPhone()];
  const address = (phone: { phone: string }) => `${phone.phone}@s.whatsapp.net`;
  const created: { chat: string; group: object; results: object[] } = await ask(profileId, 'create', {
    subject: 'Baru',
    participants: [address(friend), '6289999999991@s.whatsapp.net'],
    description: 'Kami',
    kind: 'GROUP',
    communityId: null,
  });
  const { chat } = created;
  expect(created.group).toMatchObject({ subject: 'Baru', description: 'Kami' });
  expect(created.results.map((result) => (result as { outcome: string }).outcome)).toEqual(['DONE', 'NOT_ON_WHATSAPP']);
  const updated = await ask(profileId, 'update', {
    chat,
    changes: { subject: 'Lama', announce: true, locked: true, joinApproval: true, ephemeralSeconds: 86_400 },
  });
  expect(updated).toMatchObject({
    group: { subject: 'Lama', announce: true, locked: true, joinApproval: true, ephemeralSeconds: 86_400 },
  });
  const promoted = await ask(profileId, 'members', {
    chat,
    action: 'promote',
    people: [address(friend), address(guest)],
  });
  expect(promoted).toMatchObject({ results: [{ outcome: 'DONE', phone: friend.phone }, { outcome: 'NOT_MEMBER' }] });
  const picture = { jpegBase64: jpeg.toString('base64') };
  await ask(profileId, 'changePicture', { chat, picture });
  const { url }: { url: string } = await ask(profileId, 'picture', { chat });
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(jpeg);
  await world.control.actInGroup(chat, { do: 'picture', by: friend.phone, to: null });
  await waitFor(() => world.factsOf('group-picture', profileId).length === 2, { what: 'two changes of the picture' });
  expect(world.factsOf('group-picture', profileId)).toMatchObject([
    { chat, pictureId: expect.any(String), actor: { lid: linked.phone.lid } },
    { chat, pictureId: null, actor: { lid: friend.lid } },
  ]);
  expect(await ask(profileId, 'picture', { chat })).toEqual({ url: null, hidden: false });
  await expect(ask(profileId, 'changePicture', { chat, picture: { jpegBase64: 'AAAA' } })).rejects.toMatchObject({
    code: 'picture_invalid',
  });
  const { code }: { code: string } = await ask(profileId, 'invite', { chat, renew: true });
  expect(await ask(profileId, 'preview', { code })).toMatchObject({ chat, group: { subject: 'Lama' }, size: 2 });
  await world.control.joinGroup(guest.phone, code);
  await waitFor(() => world.factsOf('group-request', profileId).length > 0, { what: 'a request' });
  expect(world.factsOf('group-request', profileId)).toMatchObject([
    { chat, state: 'REQUESTED', person: { phone: guest.phone, lid: guest.lid } },
  ]);
  expect(await ask(profileId, 'requests', { chat })).toMatchObject({ requests: [{ phone: guest.phone }] });
  expect(await ask(profileId, 'decide', { chat, decision: 'approve', people: [address(guest)] })).toMatchObject({
    results: [{ outcome: 'DONE' }],
  });
  await untilState(profileId, chat, ({ group }) => group?.participants.length === 3);
  await ask(profileId, 'leave', { chat });
  await untilState(profileId, chat, ({ group }) => group === null);
  await expect(ask(profileId, 'info', { chat })).rejects.toMatchObject({ code: 'not_group_member' });
  await expect(ask(profileId, 'preview', { code: 'nothing' })).rejects.toMatchObject({ code: 'group_invite_invalid' });
  const orphan = await world.accept(profileId, chat, 'anybody?');
  await waitFor(async () => (await world.messageStatus(orphan.messageId)) === 'FAILED', { what: 'FAILED' });
  expect(await world.database.prisma.message.findUniqueOrThrow({ where: { id: orphan.messageId } })).toMatchObject({
    failureCode: 'not_group_member',
  });
});

test('a community has its groups, and WhatsApp’s limits and admins’ rights are told by code', async () => {
  const linked = await world.link();
  const { profileId } = linked;
  const made: { chat: string } = await ask(profileId, 'create', {
    subject: 'Kampung',
    participants: [],
    description: null,
    kind: 'COMMUNITY',
    communityId: null,
  });
  const inside: { chat: string } = await ask(profileId, 'create', {
    subject: 'RT 01',
    participants: [],
    description: null,
    kind: 'GROUP',
    communityId: null,
  });
  await ask(profileId, 'link', { chat: made.chat, groupChat: inside.chat, linked: true });
  const { groups }: { groups: { subject: string }[] } = await ask(profileId, 'subgroups', { chat: made.chat });
  expect(groups.map(({ subject }) => subject)).toEqual(['Kampung', 'RT 01']);
  await untilState(profileId, inside.chat, ({ group }) => group?.communityId === made.chat);

  const { chat } = await groupWith(linked);
  await expect(ask(profileId, 'update', { chat, changes: { announce: true } })).rejects.toMatchObject({
    code: 'group_admin_required',
  });
  await world.control.setLimits({ groups: { capacity: 0, refillPerSecond: 0 } });
  try {
    await expect(ask(profileId, 'info', { chat })).rejects.toMatchObject({ code: 'whatsapp_rate_limited' });
  } finally {
    await world.control.clearLimits();
  }
  expect(worker.worker.ownedIds).toContain(profileId);
  expect(await world.control.unknown()).toEqual([]);
});

test('a group that the number left while nobody told it is told as left when all groups are asked for', async () => {
  const linked = await world.link();
  const { profileId } = linked;
  const [{ chat }, { chat: stays }] = [await groupWith(linked), await groupWith(linked)];
  await world.control.addFault({
    direction: 'out',
    match: { tag: 'notification', attrs: { type: 'w:gp2', from: chat } },
    action: { do: 'drop' },
  });
  await world.control.actInGroup(chat, { do: 'leave', by: linked.phone.phone });
  expect(await ask(profileId, 'sync', {})).toEqual({ groups: 1 });
  await world.control.clearFaults();
  const lists = await waitFor(
    () => {
      const told = world.factsOf('group-list', profileId);
      return told.some(({ chats }) => chats.length === 1 && chats[0] === stays) && told;
    },
    { what: 'the list of groups' },
  );
  const [last] = states(profileId, stays).slice(-1);
  expect(lists.at(-1)?.step).toBeGreaterThan(last?.step ?? 0);
});

test('a number that is linked while it is in groups knows them', async () => {
  const phone = await world.control.createPhone({ autoReply: 'silent' });
  const made = await world.control.createGroup({ by: phone.phone, subject: 'Sudah ada', participants: [] });
  const profileId = await world.createProfile();
  const qr = await waitFor(async () => (await world.status(profileId)).qr ?? undefined, { what: 'a QR code' });
  await world.control.scan(phone.phone, qr);
  expect(await untilState(profileId, made.group, () => true)).toMatchObject({
    group: { subject: 'Sudah ada', participants: [{ phone: phone.phone, lid: phone.lid, role: 'OWNER' }] },
  });
});
