import type { BusMessage } from '@multiwa/bus';
import { type ChatCommand, type SendCommand, statusChat, statusLifetimeMs } from '@multiwa/contracts';
import { newId, newWaMessageId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const text = { type: 'TEXT', text: 'Open until nine today', backgroundColor: '#1f7a4d', font: 'SYSTEM_BOLD' };
const self = { phone: '628111222333', lid: '177000000000001' };

async function newProfile() {
  const profileId = await gateway.newProfile();
  await gateway.database.prisma.profile.update({ where: { id: profileId }, data: self });
  const path = `/profiles/${profileId}/status`;
  return {
    profileId,
    path,
    post: (body: object, headers = {}) => gateway.call('POST', path, { body, headers }),
    list: async (query = '') => (await gateway.call('GET', `${path}${query}`)).json.items as { id: string }[],
  };
}
type Made = Awaited<ReturnType<typeof newProfile>>;

async function contact({ profileId }: Made, names: { phone?: string; lid?: string; pushName?: string }) {
  await gateway.database.prisma.contact.create({ data: { id: newId(), profileId, ...names } });
}

async function stored({ profileId }: Made, over: object = {}) {
  const data = {
    id: newId(),
    workspaceId: gateway.tenant.workspaceId,
    profileId,
    chat: statusChat,
    waMessageId: newWaMessageId(),
    fromMe: false,
    type: 'TEXT' as const,
    content: { type: 'TEXT', text: 'theirs' },
    status: 'DELIVERED' as const,
    senderPhone: '6281234567890',
    ...over,
  };
  return gateway.database.prisma.message.create({ data });
}

const contentOf = async (id: unknown) =>
  (await gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(id) } }))
    .content as SendCommand['content'];

test('a status for named people is accepted once, as an engine posts it', async () => {
  const profile = await newProfile();
  const body = { ...text, audience: ['+62 812-3456-7890', '198765432109876@lid', '6281234567890@s.whatsapp.net'] };
  const headers = { 'idempotency-key': newId() };
  const first = await profile.post(body, headers);
  expect([first.status, first.json]).toMatchObject([
    202,
    { state: 'QUEUED', audience: 2, views: 0, look: { backgroundColor: '#1f7a4d' }, content: { text: text.text } },
  ]);
  expect(first.text).not.toContain('@lid');
  const again = await profile.post(body, headers);
  expect([again.json.id, again.headers['idempotent-replayed']]).toEqual([first.json.id, 'true']);
  expect(await contentOf(first.json.id)).toMatchObject({
    type: 'TEXT',
    status: { audience: ['6281234567890@s.whatsapp.net', '198765432109876@lid'], font: 'SYSTEM_BOLD' },
  });
});

test('without an audience it goes to contacts who are known to be on WhatsApp and want messages', async () => {
  const profile = await newProfile();
  expect((await profile.post(text)).json).toMatchObject({
    code: 'status_audience_empty',
    errors: [{ pointer: '#/audience' }],
  });
  await contact(profile, { phone: '628122223333' });
  await contact(profile, { phone: '628133334444', lid: '188000000000001' });
  await contact(profile, { lid: '188000000000002', pushName: 'Siti' });
  await contact(profile, { phone: '628155556666', pushName: 'Budi' });
  await contact(profile, { ...self, pushName: 'Me' });
  await gateway.call('POST', '/opt-outs', { body: { to: '628155556666' } });
  const { id } = (await profile.post(text)).json;
  const { status } = (await contentOf(id)) as { status: { audience: string[] } };
  expect(status.audience.sort()).toEqual(['188000000000002@lid', '628133334444@s.whatsapp.net']);
  const named = { ...text, audience: ['628133334444', '628155556666'] };
  expect((await profile.post(named)).json).toMatchObject({
    code: 'recipient_opted_out',
    errors: [{ pointer: '#/audience/1' }],
  });
  expect((await profile.post({ ...named, ignoreOptOut: true })).status).toBe(202);
});

test('what cannot be posted is refused by name before anything is stored', async () => {
  const profile = await newProfile();
  const audience = ['628133334444'];
  const refused: [body: object, code: string, pointer: string][] = [
    [{ ...text, audience: ['120363041234567890@g.us'] }, 'recipient_invalid', '#/audience/0'],
    [{ ...text, audience: [...audience, '0812'] }, 'recipient_invalid', '#/audience/1'],
    [{ ...text, audience, backgroundColor: 'green' }, 'validation_failed', '#/backgroundColor'],
    [{ ...text, audience, text: ' ' }, 'validation_failed', '#/text'],
    [{ type: 'POLL', audience }, 'validation_failed', '#/type'],
    [{ type: 'IMAGE', audience, media: { id: newId() } }, 'media_not_found', '#/media/id'],
  ];
  for (const [body, code, pointer] of refused) {
    expect([code, (await profile.post(body)).json]).toMatchObject([code, { code, errors: [{ pointer }] }]);
  }
  for (const to of [statusChat, '120363041234567890@newsletter']) {
    const body = { type: 'TEXT', to, text: 'Hi' };
    const { json } = await gateway.call('POST', `/profiles/${profile.profileId}/messages`, { body });
    expect(json).toMatchObject({ code: 'recipient_invalid', errors: [{ pointer: '#/to' }] });
  }
  expect(await gateway.database.prisma.message.count({ where: { profileId: profile.profileId } })).toBe(0);
});

test('statuses are listed for a day, apart from messages', async () => {
  const profile = await newProfile();
  const theirs = await stored(profile);
  await stored(profile, { timestamp: new Date(Date.now() - statusLifetimeMs - 1_000) });
  await stored(profile, { deletedAt: new Date(), content: { type: 'DELETED' } });
  const { id: own } = (await profile.post({ ...text, audience: ['628133334444'] })).json;
  expect((await profile.list()).map(({ id }) => id)).toEqual([own, theirs.id]);
  expect((await profile.list('?fromMe=true')).map(({ id }) => id)).toEqual([own]);
  expect((await profile.list('?from=6281234567890')).map(({ id }) => id)).toEqual([theirs.id]);
  expect(await profile.list('?from=6281234560000')).toEqual([]);
  const path = `/profiles/${profile.profileId}/messages`;
  expect((await gateway.call('GET', path)).json.items).toEqual([]);
  expect((await gateway.call('GET', `${path}/search?q=theirs`)).json.items).toEqual([]);
  const reaction = { type: 'REACTION', messageId: theirs.id, emoji: '👍' };
  expect((await gateway.call('POST', path, { body: reaction })).json.code).toBe('referred_message_unknown');
  const forward = await gateway.call('POST', `${path}/${theirs.id}/forward`, { body: { to: '628133334444' } });
  expect(forward.json.code).toBe('message_not_found');
  const stranger = await gateway.newTenant();
  const foreign = await gateway.call('GET', `${profile.path}/${theirs.id}`, { key: stranger.key });
  expect([foreign.status, foreign.json.code]).toEqual([404, 'profile_not_found']);
});

test('a status of somebody else is marked as seen once, with the word for its author', async () => {
  const profile = await newProfile();
  const theirs = await stored(profile);
  const see = (id: unknown) => gateway.call('POST', `${profile.path}/${String(id)}/seen`);
  const commands: ChatCommand[] = [];
  const consumption = await gateway.bus.consumeProfileCommands({
    profileId: profile.profileId,
    generation: 1,
    connection: 1,
    handler: async () => 'done',
    async chatHandler({ payload }: BusMessage<ChatCommand>) {
      commands.push(payload);
      return 'done';
    },
    onLost: () => undefined,
  });
  onTestFinished(() => consumption.stop());
  const first = await see(theirs.id);
  expect([first.status, first.json.seenAt]).toEqual([200, expect.any(String)]);
  expect((await see(theirs.id)).json.seenAt).toBe(first.json.seenAt);
  await until(() => commands.length > 0);
  await until(async () => (await gateway.database.prisma.chatCommand.count()) === 0);
  const { id: own } = (await profile.post({ ...text, audience: ['628133334444'] })).json;
  expect((await see(own)).json.code).toBe('state_conflict');
  expect((await see(newId())).json.code).toBe('status_not_found');
  const { waMessageId } = theirs;
  expect(commands).toMatchObject([
    { chat: statusChat, action: { do: 'read', messages: [{ waMessageId, sender: { phone: '6281234567890' } }] } },
  ]);
});

test('a reaction goes to whoever posted the status alone, once for a key, and not to who wants no messages', async () => {
  const profile = await newProfile();
  const theirs = await stored(profile, { senderLid: '188000000000009' });
  const react = (id: string, body: object, headers = {}) =>
    gateway.call('POST', `${profile.path}/${id}/reaction`, { body, headers });
  const headers = { 'idempotency-key': newId() };
  const first = await react(theirs.id, { emoji: '💚' }, headers);
  expect([first.status, first.json]).toMatchObject([202, { type: 'REACTION', chat: statusChat, status: 'QUEUED' }]);
  expect(await contentOf(first.json.id)).toMatchObject({
    target: {
      messageId: theirs.id,
      waMessageId: theirs.waMessageId,
      fromMe: false,
      sender: { phone: '6281234567890' },
    },
    emoji: '💚',
    status: { audience: ['6281234567890@s.whatsapp.net'] },
  });
  const again = await react(theirs.id, { emoji: '💚' }, headers);
  expect([again.json.id, again.headers['idempotent-replayed']]).toEqual([first.json.id, 'true']);
  expect((await profile.list()).map(({ id }) => id)).toEqual([theirs.id]);

  const { id: own } = (await profile.post({ ...text, audience: ['628133334444'] })).json;
  const before = await gateway.database.prisma.message.count({ where: { profileId: profile.profileId } });
  expect((await react(String(own), { emoji: '💚' })).json.code).toBe('state_conflict');
  expect((await react(newId(), { emoji: '💚' })).json.code).toBe('status_not_found');
  expect((await react(theirs.id, { emoji: 'ok' })).json).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '#/emoji' }],
  });
  const unwilling = await stored(profile, { senderPhone: '628177778888' });
  await gateway.call('POST', '/opt-outs', { body: { to: '628177778888' } });
  expect((await react(unwilling.id, { emoji: '💚' })).json.code).toBe('recipient_opted_out');
  const count = () => gateway.database.prisma.message.count({ where: { profileId: profile.profileId } });
  expect(await count()).toBe(before + 1);
  expect((await react(unwilling.id, { emoji: '💚', ignoreOptOut: true })).status).toBe(202);
});

test('one shows who has seen it, and is taken back from those who have it', async () => {
  const profile = await newProfile();
  const { id } = (await profile.post({ ...text, audience: ['628133334444', '628144445555'] })).json;
  const messageId = String(id);
  const { prisma } = gateway.database;
  await prisma.message.update({
    where: { id: messageId },
    data: { status: 'SENT', sentAt: new Date(), begunAt: new Date() },
  });
  const said = (participant: string, status: 'DELIVERED' | 'READ', second: number) => ({
    messageId,
    participant,
    phone: participant.slice(0, -15),
    status,
    at: new Date(Date.UTC(2026, 10, 30, 0, 0, second)),
  });
  const [one, other] = ['628133334444@s.whatsapp.net', '628144445555@s.whatsapp.net'];
  const data = [said(one, 'DELIVERED', 1), said(other, 'DELIVERED', 2), said(other, 'READ', 3)];
  await prisma.messageReceipt.createMany({ data });
  expect((await gateway.call('GET', `${profile.path}/${messageId}`)).json).toMatchObject({
    views: 1,
    viewers: [
      { phone: '628144445555', viewedAt: '2026-11-30T00:00:03.000Z' },
      { phone: '628133334444', viewedAt: null },
    ],
  });
  expect(await profile.list()).toMatchObject([{ views: 1 }]);
  expect((await gateway.call('DELETE', `${profile.path}/${messageId}`)).status).toBe(202);
  const deletion = await prisma.message.findFirstOrThrow({ where: { profileId: profile.profileId, type: 'DELETE' } });
  expect(deletion).toMatchObject({
    chat: statusChat,
    content: { target: { messageId }, status: { audience: [one, other] } },
  });

  const { id: waiting } = (await profile.post({ ...text, audience: ['628133334444'] })).json;
  const cancelled = await gateway.call('DELETE', `${profile.path}/${waiting}`);
  expect(cancelled.json).toMatchObject({ id: waiting, state: 'CANCELLED' });
  const event = await prisma.event.findFirstOrThrow({ where: { profileId: profile.profileId } });
  expect(event).toMatchObject({ type: 'status.cancelled', data: { messageId: waiting, chat: statusChat } });
  const theirs = await stored(profile);
  expect((await gateway.call('DELETE', `${profile.path}/${theirs.id}`)).json.code).toBe('message_not_deletable');
  expect((await gateway.call('GET', `${profile.path}/${newId()}`)).json.code).toBe('status_not_found');
});
