import { subjects } from '@multiwa/contracts';
import type { Prisma } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

const hourMs = 3_600_000;
const phone = '6281234567890';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

async function restricted(until: Date | null): Promise<string> {
  const id = await gateway.newProfile();
  await restrict(id, { kind: 'reachout_timelock', until: until?.toISOString() ?? null, enforcementType: 'DEFAULT' });
  return id;
}

async function restrict(id: string, restriction: { kind: string } & Prisma.InputJsonObject): Promise<void> {
  await gateway.database.prisma.profile.update({
    where: { id },
    data: { health: 'RESTRICTED', healthReason: restriction.kind, restriction },
  });
}

/** This person has written to the profile before. */
async function hasWritten(profileId: string, identity: { phone?: string; lid?: string }, chat: string): Promise<void> {
  const { prisma } = gateway.database;
  const contact = await prisma.contact.create({ data: { id: newId(), profileId, ...identity } });
  const { workspaceId } = gateway.tenant;
  const base = { id: newId(), workspaceId, profileId, chat, contactId: contact.id, waMessageId: newId() };
  const content = { type: 'TEXT', text: 'Hello' };
  await prisma.message.create({ data: { ...base, fromMe: false, type: 'TEXT', content, status: 'DELIVERED' } });
}

test('a restricted number writes to nobody first: refused with the end of the restriction, and nothing is stored', async () => {
  const end = new Date(Date.now() + hourMs);
  const id = await restricted(end);
  const answer = await gateway.send(id, 'Hi');
  expect(answer).toMatchObject({ status: 409, json: { code: 'profile_restricted' } });
  expect(answer.json.detail).toContain(end.toISOString());
  expect(await gateway.database.prisma.message.count({ where: { profileId: id } })).toBe(0);
});

test('a number that has begun as many chats as it may is refused likewise, and told why', async () => {
  const end = new Date(Date.now() + hourMs).toISOString();
  const id = await gateway.newProfile();
  await restrict(id, { kind: 'new_chat_cap', until: end, quota: { used: 30, total: 30 } });
  gateway.bus.nudge(subjects.nudge.profile(id));
  await until(async () => (await gateway.send(id, 'Hi')).json.code === 'profile_restricted');
  const { json } = await gateway.send(id, 'Hi');
  expect(json.detail).toContain('as many people');
  expect(json.detail).toContain(end);
  expect((await gateway.call('GET', `/profiles/${id}`)).json).toMatchObject({
    healthReason: 'new_chat_cap',
    restriction: { kind: 'new_chat_cap', until: end, quota: { used: 30, total: 30 } },
  });
});

test('having written to somebody is not having been written to', async () => {
  const id = await gateway.newProfile();
  await gateway.send(id, 'Hi');
  await restrict(id, { kind: 'reachout_timelock', until: null, enforcementType: null });
  gateway.bus.nudge(subjects.nudge.profile(id));
  await until(async () => (await gateway.send(id, 'again')).json.code === 'profile_restricted');
});

test.each([
  ['by phone number', { phone }, `+${phone}`, `${phone}@s.whatsapp.net`],
  ['by LID', { lid: '123456789012345' }, '123456789012345@lid', '123456789012345@lid'],
  ['by either of both', { phone, lid: '123456789012345' }, '123456789012345@lid', `${phone}@s.whatsapp.net`],
])('a restricted number answers those who wrote to it: %s', async (_, identity, to, chat) => {
  const id = await restricted(null);
  await hasWritten(id, identity, chat);
  const body = { type: 'TEXT', to, text: 'An answer' };
  expect(await gateway.send(id, '', { body })).toMatchObject({ status: 202, json: { chat } });
});

test('a message that becomes due after the restriction lifts is accepted, one that does not is refused', async () => {
  const id = await restricted(new Date(Date.now() + hourMs));
  const at = (ms: number) => ({
    body: { type: 'TEXT', to: phone, text: 'later', sendAt: new Date(Date.now() + ms).toISOString() },
  });
  expect((await gateway.send(id, '', at(2 * hourMs))).status).toBe(202);
  expect((await gateway.send(id, '', at(hourMs / 2))).json.code).toBe('profile_restricted');
});

test('a restriction whose end has passed stands in nobody’s way', async () => {
  const id = await restricted(new Date(Date.now() - 1));
  expect((await gateway.send(id, 'Hi')).status).toBe(202);
});

test('what was accepted before the restriction is answered to a repetition as before', async () => {
  const id = await gateway.newProfile();
  const headers = { 'idempotency-key': 'before' };
  const first = await gateway.send(id, 'Hi', { headers });
  await restrict(id, { kind: 'reachout_timelock', until: null, enforcementType: null });
  gateway.bus.nudge(subjects.nudge.profile(id));
  await until(async () => (await gateway.send(id, 'new')).json.code === 'profile_restricted');
  expect(await gateway.send(id, 'Hi', { headers })).toMatchObject({ status: 202, json: first.json });
});

test('the profile shows what WhatsApp forbids it', async () => {
  const id = await restricted(null);
  expect((await gateway.call('GET', `/profiles/${id}`)).json).toMatchObject({
    health: 'RESTRICTED',
    healthReason: 'reachout_timelock',
    restriction: { kind: 'reachout_timelock', until: null },
  });
});
