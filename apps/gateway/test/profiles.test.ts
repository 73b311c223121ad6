import { subjects } from '@multiwa/contracts';
import jsqr from 'qrcode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

test('a profile is created, read, changed and deleted', async () => {
  const account = await gateway.call('POST', '/accounts', { body: { name: 'Client' } });
  const created = await gateway.call('POST', '/profiles', { body: { name: 'Shop', network: 'SANDBOX' } });
  expect(created).toMatchObject({
    status: 201,
    json: { name: 'Shop', network: 'SANDBOX', engine: 'BAILEYS', status: 'DISCONNECTED', desiredState: 'DISCONNECTED' },
  });
  const path = `/profiles/${created.json.id}`;
  expect((await gateway.call('GET', path)).json).toEqual(created.json);
  const change = { name: 'Shop 2', accountId: account.json.id, webhookUrl: 'https://example.com/hook' };
  expect(await gateway.call('PATCH', path, { body: change })).toMatchObject({ status: 200, json: change });
  expect((await gateway.call('PATCH', path, { body: { webhookUrl: null } })).json).toMatchObject({ webhookUrl: null });
  expect(await gateway.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
  for (const method of ['GET', 'DELETE']) expect((await gateway.call(method, path)).status).toBe(404);
});

test.each([
  ['connect', 'CONNECTED'],
  ['disconnect', 'DISCONNECTED'],
  ['logout', 'LOGGED_OUT'],
])('%s stores what is wanted and wakes the workers, as often as it is asked', async (verb, desiredState) => {
  const id = await gateway.newProfile();
  const heard: string[] = [];
  const listeners = [subjects.nudge.profile(id), subjects.nudge.claim('SANDBOX')].map((subject) =>
    gateway.bus.onNudge(subject, (said) => heard.push(said)),
  );
  for (const _ of [1, 2]) {
    const answer = await gateway.call('POST', `/profiles/${id}/${verb}`);
    expect(answer).toMatchObject({ status: 202, json: { id, desiredState } });
  }
  await until(() => heard.filter((subject) => subject === subjects.nudge.profile(id)).length === 2);
  await until(() => heard.includes(subjects.nudge.claim('SANDBOX')));
  for (const listener of listeners) listener.stop();
});

test('deleting a profile ends what it was still to send, each with its event, and empties its commands', async () => {
  const id = await gateway.newProfile();
  const queued = await gateway.send(id, 'queued');
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = { type: 'TEXT', to: '6281234567890', text: 'later', sendAt };
  const scheduled = await gateway.send(id, '', { body });
  const sent = await gateway.send(id, 'sent');
  const { prisma } = gateway.database;
  await prisma.message.update({ where: { id: String(sent.json.id) }, data: { status: 'SENT' } });

  expect((await gateway.call('DELETE', `/profiles/${id}`)).status).toBe(204);

  const rows = await prisma.message.findMany({ where: { profileId: id }, orderBy: { id: 'asc' } });
  expect(rows.map(({ status, failureCode }) => [status, failureCode])).toEqual([
    ['FAILED', 'profile_deleted'],
    ['FAILED', 'profile_deleted'],
    ['SENT', null],
  ]);
  const events = await prisma.event.findMany({ where: { profileId: id }, orderBy: { sequence: 'asc' } });
  expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
    ['message.failed', 1],
    ['message.failed', 2],
  ]);
  const ended = events.map(({ data }) => (data as { messageId: string }).messageId).sort();
  expect(ended).toEqual([queued.json.id, scheduled.json.id].sort());
  expect(await prisma.profile.findUnique({ where: { id } })).toMatchObject({ desiredState: 'LOGGED_OUT' });

  const taken: unknown[] = [];
  const consumption = await gateway.bus.consumeProfileCommands({
    profileId: id,
    generation: 1,
    connection: 1,
    handler: async ({ payload }) => {
      taken.push(payload);
      return 'done';
    },
    onLost: () => undefined,
  });
  await gateway.bus.publishCommand('send', {
    messageId: String(queued.json.id).replace(/.$/, '0'),
    workspaceId: gateway.tenant.workspaceId,
    profileId: id,
    waMessageId: '3EB0000000000000000000',
    chat: '6281234567890@s.whatsapp.net',
    content: { type: 'TEXT', text: 'marker' },
    acceptedAt: new Date().toISOString(),
  });
  await until(() => taken.length > 0);
  await consumption.stop();
  expect(taken).toMatchObject([{ content: { text: 'marker' } }]);
});

test('no send slips in behind a deletion that goes on at the same time', async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await gateway.newProfile();
    await gateway.send(id, 'warm');
    const sends = Array.from({ length: 20 }, (_, n) => gateway.send(id, `n${n}`));
    await Promise.all([gateway.call('DELETE', `/profiles/${id}`), ...sends]);
    const waiting = { profileId: id, status: { in: ['QUEUED' as const, 'SCHEDULED' as const] } };
    expect(await gateway.database.prisma.message.count({ where: waiting })).toBe(0);
  }
});

test('an account keeps its profiles: it cannot be deleted before them', async () => {
  const { json } = await gateway.call('POST', '/accounts', { body: { name: 'Client', metadata: { crm: 7 } } });
  const path = `/accounts/${json.id}`;
  expect((await gateway.call('PATCH', path, { body: { name: 'Renamed' } })).json).toMatchObject({
    name: 'Renamed',
    metadata: { crm: 7 },
  });
  const profile = await gateway.call('POST', '/profiles', {
    body: { name: 'x', network: 'SANDBOX', accountId: json.id },
  });
  expect(await gateway.call('DELETE', path)).toMatchObject({ status: 409, json: { code: 'state_conflict' } });
  await gateway.call('DELETE', `/profiles/${profile.json.id}`);
  expect((await gateway.call('DELETE', path)).status).toBe(204);
  expect((await gateway.call('GET', path)).status).toBe(404);
});

test('the QR code comes as text, SVG and PNG while it is valid', async () => {
  const id = await gateway.newProfile();
  const path = `/profiles/${id}/qr`;
  expect(await gateway.call('GET', path)).toMatchObject({ status: 404, json: { code: 'qr_not_available' } });
  const qr = '2@abc,def,ghi,jkl';
  const setQr = (qrExpiresAt: Date) =>
    gateway.database.prisma.profile.update({ where: { id }, data: { qr, qrExpiresAt } });
  const expiresAt = new Date(Date.now() + 60_000);
  await setQr(expiresAt);
  const { json, headers } = await gateway.call('GET', path);
  expect(headers['cache-control']).toBe('no-store');
  expect(json).toMatchObject({ text: qr, expiresAt: expiresAt.toISOString() });
  const png = Buffer.from(String(json.pngBase64), 'base64');
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const modules = jsqr.create(qr, {}).modules.size + 8;
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([modules * 8, modules * 8]);
  expect(json.svg).toContain(`viewBox="0 0 ${modules} ${modules}"`);

  const svg = await gateway.call('GET', path, { headers: { accept: 'image/svg+xml' } });
  expect(svg.headers['content-type']).toContain('image/svg+xml');
  expect(svg.text).toBe(json.svg);
  const { rawPayload, headers: pngHeaders } = await gateway.app.inject({
    url: `/api/v1${path}?format=png`,
    headers: { 'x-api-key': gateway.tenant.key },
  });
  expect(pngHeaders['content-type']).toBe('image/png');
  expect(rawPayload.equals(png)).toBe(true);

  await setQr(new Date(Date.now() - 1));
  expect((await gateway.call('GET', path)).json.code).toBe('qr_not_available');
});

test('a pairing code is asked of the session’s owner; without one the answer comes at once', async () => {
  const id = await gateway.newProfile();
  const ask = (phone: string) => gateway.call('POST', `/profiles/${id}/pairing-code`, { body: { phone } });
  expect(await ask('+62 812-3456-7890')).toMatchObject({ status: 409, json: { code: 'profile_not_connected' } });
  const expiresAt = new Date().toISOString();
  const asked: unknown[] = [];
  const owner = gateway.bus.answer('pairing-code', id, async (request) => {
    asked.push(request);
    return { code: 'ABCD1234', expiresAt };
  });
  await until(async () => (await ask('+62 812-3456-7890')).status === 200);
  expect(await ask('6281234567890')).toMatchObject({ status: 200, json: { code: 'ABCD1234', expiresAt } });
  expect(asked).toContainEqual({ phone: '6281234567890' });
  const wrong = await ask('123@lid');
  expect(wrong).toMatchObject({ status: 422, json: { code: 'validation_failed', errors: [{ pointer: '#/phone' }] } });
  owner.stop();
});

test('a contact’s own fields can be edited and cleared; what WhatsApp says of it cannot', async () => {
  const profileId = await gateway.newProfile();
  const id = 'cmh3k2v1x0003qzrm9n3pq5rs';
  await gateway.database.prisma.contact.create({ data: { id, profileId, phone: '6281234567890', pushName: 'Budi' } });
  const path = `/profiles/${profileId}/contacts/${id}`;
  const change = { name: 'Budi S', email: 'b@example.com', tags: ['vip', 'vip', 'jkt'], metadata: { city: 'Bandung' } };
  const changed = await gateway.call('PATCH', path, { body: change });
  expect(changed).toMatchObject({ status: 200, json: { ...change, tags: ['vip', 'jkt'], pushName: 'Budi' } });
  expect((await gateway.call('PATCH', path, { body: { name: null } })).json).toMatchObject({
    name: null,
    email: 'b@example.com',
  });
  expect((await gateway.call('PATCH', path, { body: { phone: '1' } })).status).toBe(422);
  const tagged = await gateway.call('GET', `/profiles/${profileId}/contacts?tag=jkt`);
  expect(tagged.json.items).toHaveLength(1);
  expect((await gateway.call('GET', `/profiles/${profileId}/contacts?tag=none`)).json.items).toEqual([]);
});
