import { CodedError, type GroupInfo } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type Tenant, type TestGateway } from './gateway.js';

const chat = '120363000000000001@g.us';
const self = { phone: '628111222333', lid: '177000000000001' };
const budi = { phone: '628222222222', lid: '177000000000002' };
const info: GroupInfo = {
  subject: 'Pasar',
  description: null,
  kind: 'GROUP',
  communityId: null,
  owner: self,
  announce: false,
  locked: false,
  joinApproval: false,
  memberAddMode: 'ADMINS',
  ephemeralSeconds: 0,
  createdAt: '2026-11-23T05:00:00.000Z',
  participants: [
    { ...self, role: 'OWNER' },
    { ...budi, role: 'MEMBER' },
  ],
};

let gateway: TestGateway;
let other: Tenant;
beforeAll(async () => {
  gateway = await startTestGateway();
  other = await gateway.newTenant();
});
afterAll(() => gateway.stop());

/** A profile whose owner answers questions about groups; resolves with what it was asked. */
async function answering(answer: (call: string, request: unknown) => unknown) {
  const profileId = await gateway.newProfile();
  await gateway.database.prisma.profile.update({ where: { id: profileId }, data: self });
  const asked: { call: string; request: unknown }[] = [];
  gateway.bus.answer('group', profileId, async (question) => {
    asked.push(question);
    return answer(question.call, question.request);
  });
  return { profileId, asked, groups: `/profiles/${profileId}/groups` };
}

/** A group as the events service has stored it. */
async function storeGroup(profileId: string, address: string, change: object = {}) {
  const { participants, owner: _, communityId: __, createdAt: ___, ...row } = info;
  await gateway.database.prisma.group.create({
    data: { ...row, id: newId(), profileId, chat: address, size: 2, role: 'OWNER', generation: 1, step: 1, ...change },
  });
  await gateway.database.prisma.groupParticipant.createMany({
    data: participants.map(({ phone, lid, role }) => ({
      profileId,
      chat: address,
      member: `${lid}@lid`,
      phone,
      lid,
      role,
    })),
  });
}

test('groups are listed and got from what is known, without asking WhatsApp', async () => {
  const profileId = await gateway.newProfile();
  await storeGroup(profileId, chat);
  await storeGroup(profileId, '120363000000000002@g.us', { role: null, leftAt: new Date() });
  const listed = await gateway.call('GET', `/profiles/${profileId}/groups`);
  expect(listed.json.items).toMatchObject([{ id: chat, subject: 'Pasar', size: 2, role: 'OWNER' }]);
  expect((await gateway.call('GET', `/profiles/${profileId}/groups?left=true`)).json.items).toHaveLength(2);
  for (const id of [chat, chat.replace('@g.us', '')]) {
    const { status, json } = await gateway.call('GET', `/profiles/${profileId}/groups/${id}`);
    expect([status, json]).toMatchObject([200, { id: chat, participants: [{ role: 'OWNER' }, budi] }]);
  }
  const missing = await gateway.call('GET', `/profiles/${profileId}/groups/120363000000000009`);
  expect([missing.status, missing.json.code]).toEqual([404, 'group_not_found']);
});

test('what is wanted of a group reaches the owner of the session in canonical form, and its answer the caller', async () => {
  const result = { ...budi, outcome: 'DONE', code: 200 };
  const answers: Record<string, unknown> = {
    create: { chat, group: info, results: [result] },
    update: { chat, group: { ...info, subject: 'Baru' } },
    members: { results: [result] },
    invite: { code: 'abc' },
    preview: { chat, group: info, size: 2 },
    join: { chat: null, joined: false },
    requests: { requests: [{ ...budi, requestedAt: null }] },
    decide: { results: [result] },
    leave: {},
    subgroups: { groups: [{ chat, subject: 'Pasar', size: 2 }] },
    link: {},
    sync: { groups: 3 },
    info: { chat, group: info },
  };
  const { groups, asked } = await answering((call) => answers[call]);
  const created = await gateway.call('POST', groups, {
    body: { subject: ' Pasar ', participants: ['+62 822-2222-2222'] },
  });
  expect([created.status, created.json]).toMatchObject([
    201,
    { group: { id: chat, role: 'OWNER' }, results: [result] },
  ]);
  expect(asked.at(-1)?.request).toMatchObject({ subject: 'Pasar', participants: ['6282222222222@s.whatsapp.net'] });
  const updated = await gateway.call('PATCH', `${groups}/${chat}`, { body: { subject: 'Baru', description: null } });
  expect([updated.status, updated.json.subject]).toEqual([200, 'Baru']);
  expect(asked.at(-1)?.request).toEqual({ chat, changes: { subject: 'Baru', description: null } });
  const calls: [method: string, path: string, status: number, body?: object][] = [
    ['POST', `/${chat}/participants`, 200, { action: 'PROMOTE', people: ['6282222222222'] }],
    ['GET', `/${chat}/invite`, 200],
    ['POST', `/${chat}/invite/renew`, 200],
    ['POST', '/preview', 200, { invite: 'https://chat.whatsapp.com/abc' }],
    ['POST', '/join', 200, { invite: 'https://chat.whatsapp.com/abc?mode=x' }],
    ['GET', `/${chat}/requests`, 200],
    ['POST', `/${chat}/requests`, 200, { decision: 'APPROVE', people: ['6282222222222'] }],
    ['GET', `/${chat}/subgroups`, 200],
    ['PUT', `/${chat}/subgroups/120363000000000002`, 204],
    ['DELETE', `/${chat}/subgroups/120363000000000002`, 204],
    ['GET', `/${chat}?fresh=true`, 200],
    ['POST', '/refresh', 200],
    ['POST', `/${chat}/leave`, 204],
  ];
  for (const [method, path, status, body] of calls) {
    expect([path, (await gateway.call(method, `${groups}${path}`, { body })).status]).toEqual([path, status]);
  }
  expect(asked.filter(({ call }) => call === 'preview' || call === 'join').map(({ request }) => request)).toEqual([
    { code: 'abc' },
    { code: 'abc' },
  ]);
});

test('what WhatsApp refuses keeps its code, and a profile without a session says so', async () => {
  const { groups } = await answering((call) => {
    throw new CodedError(call === 'update' ? 'group_admin_required' : 'whatsapp_rate_limited');
  });
  const refused = await gateway.call('PATCH', `${groups}/${chat}`, { body: { announce: true } });
  expect([refused.status, refused.json.code]).toEqual([409, 'group_admin_required']);
  const limited = await gateway.call('GET', `${groups}/${chat}?fresh=true`);
  expect([limited.status, limited.json.code]).toEqual([429, 'whatsapp_rate_limited']);
  const silent = await gateway.call('POST', `/profiles/${await gateway.newProfile()}/groups/refresh`);
  expect([silent.status, silent.json.code]).toEqual([409, 'profile_not_connected']);
});

test.each([
  ['POST', '', { subject: '' }, '#/subject'],
  ['POST', '', { subject: 'x'.repeat(101) }, '#/subject'],
  ['POST', '', { subject: 'x', participants: ['nobody'] }, '#/participants/0'],
  ['POST', '', { subject: 'x', participants: [chat] }, '#/participants/0'],
  ['PATCH', `/${chat}`, { ephemeralSeconds: -1 }, '#/ephemeralSeconds'],
  ['POST', `/${chat}/participants`, { action: 'KICK', people: ['62811111111'] }, '#/action'],
  ['POST', `/${chat}/participants`, { action: 'ADD', people: [] }, '#/people'],
  ['POST', '/join', { invite: '' }, '#/invite'],
  ['GET', '/not-a-group', undefined, '#/path/groupId'],
])('%s groups%s refuses %j, pointing at %s, before anybody is asked', async (method, path, body, pointer) => {
  const { groups, asked } = await answering(() => ({}));
  const { status, json } = await gateway.call(method, `${groups}${path}`, { body });
  expect([status, json.errors]).toMatchObject([422, [{ pointer }]]);
  expect(asked).toEqual([]);
});

test('another workspace sees and reaches no group', async () => {
  const { profileId, groups, asked } = await answering(() => ({}));
  await storeGroup(profileId, chat);
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['GET', `/${chat}`, undefined],
    ['GET', `/${chat}?fresh=true`, undefined],
    ['POST', '', { subject: 'x' }],
    ['PATCH', `/${chat}`, { subject: 'x' }],
    ['POST', `/${chat}/participants`, { action: 'ADD', people: ['+62 822-2222-2222'] }],
    ['GET', `/${chat}/invite`, undefined],
    ['POST', `/${chat}/leave`, undefined],
  ] as const) {
    const { status, json } = await gateway.call(method, `${groups}${path}`, { key: other.key, body });
    expect([path, status, json.code]).toEqual([path, 404, 'profile_not_found']);
  }
  expect(asked).toEqual([]);
});

test('a text to a group is accepted, and shown by its id with who has it', async () => {
  const profileId = await gateway.newProfile();
  const body = { type: 'TEXT', to: chat, text: 'halo semua' };
  const { status, json } = await gateway.call('POST', `/profiles/${profileId}/messages`, { body });
  expect([status, json.chat]).toEqual([202, chat]);
  const at = new Date('2026-11-23T05:00:00Z');
  const common = { messageId: String(json.id), participant: `${budi.lid}@lid`, ...budi };
  await gateway.database.prisma.messageReceipt.createMany({
    data: [
      { ...common, status: 'DELIVERED', at },
      { ...common, status: 'READ', at },
    ],
  });
  const got = await gateway.call('GET', `/profiles/${profileId}/messages/${json.id}`);
  const time = at.toISOString();
  expect(got.json.receipts).toEqual([{ ...budi, deliveredAt: time, readAt: time, playedAt: null }]);
});

test('the picture of a group is asked of WhatsApp, set and removed; what is no picture for it is refused', async () => {
  const { asked, groups } = await answering((call) =>
    call === 'picture' ? { url: 'https://example.com/p', hidden: false } : {},
  );
  const url = `${groups}/${chat}/picture`;
  expect((await gateway.call('GET', url)).json).toEqual({ url: 'https://example.com/p', hidden: false });
  const jpegBase64 = Buffer.from('a picture').toString('base64');
  expect((await gateway.call('PUT', url, { body: { jpegBase64 } })).status).toBe(204);
  expect((await gateway.call('DELETE', url)).status).toBe(204);
  expect(asked).toEqual([
    { call: 'picture', request: { chat } },
    { call: 'changePicture', request: { chat, picture: { jpegBase64 } } },
    { call: 'changePicture', request: { chat, picture: null } },
  ]);
  expect((await gateway.call('PUT', url, { body: { jpegBase64: '?' } })).json).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '#/jpegBase64' }],
  });
});
