import { newId, newWebhookSecret } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ allowPrivateUrls: false });
});
afterAll(() => gateway.stop());

/** A documentation address of IANA would be refused; this one is public, and nothing is sent here. */
const url = 'https://1.1.1.1/hook';

async function create(body: Record<string, unknown> = {}, key?: string) {
  return gateway.call('POST', '/webhooks', { key, body: { url, ...body } });
}

/** A delivery as apps/events makes and ends it. */
async function deliver(endpointId: string, status: 'DELIVERED' | 'FAILED' | 'CANCELLED' = 'FAILED') {
  const { workspaceId } = gateway.tenant;
  const [id, eventId] = [newId(), newId()];
  const attempts = {
    create: { number: 1, startedAt: new Date(), durationMs: 5, responseStatus: 500, responseBody: 'no' },
  };
  const row = { id, workspaceId, endpointId, eventId, eventType: 'message.sent', body: '{}', status, attemptCount: 1 };
  await gateway.database.prisma.webhookDelivery.create({ data: { ...row, endedAt: new Date(), attempts } });
  return { id, eventId };
}

test('an endpoint is made with a secret that can be read again and is stored under encryption only', async () => {
  const made = await create({ eventTypes: ['message.received', 'message.received'] });
  expect(made).toMatchObject({ status: 201, json: { url, eventTypes: ['message.received'], enabled: true } });
  const { id, secret } = made.json as { id: string; secret: string };
  expect((await gateway.call('GET', `/webhooks/${id}/secret`)).json).toEqual({ secret });
  expect((await gateway.call('GET', `/webhooks/${id}`)).text).not.toContain(secret);
  const row = await gateway.database.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id } });
  expect(Buffer.from(row.secretCipher).includes(secret.slice(6))).toBe(false);
  const own = newWebhookSecret();
  expect((await create({ secret: own })).json).toMatchObject({ secret: own });
});

test('headers of an endpoint are kept under encryption, shown by name only, and replaced as a whole', async () => {
  const headers = { authorization: 'Bearer very-secret', 'x-shop': 'jakarta' };
  const { json } = await create({ headers, maxConcurrency: 2, ordered: true });
  expect(json).toMatchObject({ headerNames: ['authorization', 'x-shop'], maxConcurrency: 2, ordered: true });
  const path = `/webhooks/${json.id}`;
  const row = await gateway.database.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: String(json.id) } });
  expect(
    JSON.stringify({ ...row, replayAfter: null, replayUpTo: null }) + (await gateway.call('GET', path)).text,
  ).not.toContain('very-secret');
  expect(Buffer.from(row.secretCipher).includes('very-secret')).toBe(false);
  const { secret } = json;
  const changed = await gateway.call('PATCH', path, { body: { headers: { 'x-only': 'this' } } });
  expect(changed.json).toMatchObject({ headerNames: ['x-only'], ordered: true });
  expect((await gateway.call('GET', `${path}/secret`)).json).toEqual({ secret });
});

test('a rotated secret is the new one, and the old one ends when it is said', async () => {
  const { id, secret } = (await create({ headers: { 'x-shop': 'jakarta' } })).json as { id: string; secret: string };
  const rotate = (body: object) => gateway.call('POST', `/webhooks/${id}/secret/rotate`, { body });
  const first = await rotate({ keepPreviousForSeconds: 3_600 });
  expect(first.status).toBe(200);
  expect(first.json.secret).not.toBe(secret);
  const until = Date.parse(String(first.json.previousSecretUntil));
  expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
  expect((await gateway.call('GET', `/webhooks/${id}/secret`)).json).toEqual({ secret: first.json.secret });
  expect((await gateway.call('GET', `/webhooks/${id}`)).json).toMatchObject({
    previousSecretUntil: first.json.previousSecretUntil,
    headerNames: ['x-shop'],
  });
  const own = newWebhookSecret();
  expect((await rotate({ secret: own, keepPreviousForSeconds: 0 })).json).toEqual({
    secret: own,
    previousSecretUntil: null,
  });
  expect((await rotate({ secret: 'whsec_short' })).json).toMatchObject({ code: 'secret_invalid' });
  expect((await rotate({ keepPreviousForSeconds: 999_999_999 })).json).toMatchObject({ code: 'validation_failed' });
});

test('rotations at the same time each leave a secret that was given to somebody', async () => {
  const { id } = (await create()).json as { id: string };
  const answers = await Promise.all(
    [1, 2, 3].map(() => gateway.call('POST', `/webhooks/${id}/secret/rotate`, { body: {} })),
  );
  const given = answers.filter(({ status }) => status === 200).map(({ json }) => json.secret);
  expect(given).toContain((await gateway.call('GET', `/webhooks/${id}/secret`)).json.secret);
  expect(new Set(given).size).toBe(given.length);
});

test('enabling an endpoint that works again tries at once what waits for its next attempt', async () => {
  const { id } = (await create()).json as { id: string };
  const { workspaceId } = gateway.tenant;
  const later = new Date(Date.now() + 3_600_000);
  const row = { workspaceId, endpointId: id, eventType: 'message.sent', body: '{}', status: 'PENDING' as const };
  const waiting = { ...row, id: newId(), eventId: newId(), nextAttemptAt: later };
  const claimed = { ...waiting, id: newId(), eventId: newId(), claimedBy: 'a replica', claimedUntil: later };
  await gateway.database.prisma.webhookDelivery.createMany({ data: [waiting, claimed] });
  expect((await gateway.call('PATCH', `/webhooks/${id}`, { body: { enabled: true } })).status).toBe(200);
  const rows = await gateway.database.prisma.webhookDelivery.findMany({ where: { endpointId: id } });
  const dueIn = (deliveryId: string) =>
    (rows.find((each) => each.id === deliveryId)?.nextAttemptAt?.getTime() ?? 0) - Date.now();
  expect(dueIn(waiting.id)).toBeLessThan(60_000);
  expect(dueIn(claimed.id)).toBeGreaterThan(3_000_000);
});

test('deliveries are found by type, chat and time', async () => {
  const { id } = (await create()).json as { id: string };
  const { workspaceId } = gateway.tenant;
  const chat = '6281234567890@s.whatsapp.net';
  const row = { workspaceId, endpointId: id, body: '{}', status: 'DELIVERED' as const };
  const made = [
    { eventType: 'message.sent', chat, createdAt: new Date('2026-01-01T00:00:00Z') },
    { eventType: 'message.received', chat: '62899@s.whatsapp.net', createdAt: new Date('2026-01-02T00:00:00Z') },
    { eventType: 'profile.status', chat: null, createdAt: new Date('2026-01-03T00:00:00Z') },
  ].map((one) => ({ ...row, ...one, id: newId(), eventId: newId() }));
  await gateway.database.prisma.webhookDelivery.createMany({ data: made });
  const found = async (query: string) => {
    const { json } = await gateway.call('GET', `/webhooks/${id}/deliveries?${query}`);
    return json.items?.map(({ eventType }) => eventType);
  };
  expect(await found('eventType=message.*')).toEqual(['message.received', 'message.sent']);
  expect(await found('eventType=profile.status')).toEqual(['profile.status']);
  expect(await found(`chat=${encodeURIComponent(chat)}`)).toEqual(['message.sent']);
  expect(await found('createdAfter=2026-01-02T00:00:00Z')).toEqual(['profile.status', 'message.received']);
  expect(await found('createdAfter=2026-01-01T12:00:00Z&createdBefore=2026-01-03T00:00:00Z')).toEqual([
    'message.received',
  ]);
  const page = await gateway.call('GET', `/webhooks/${id}/deliveries?createdBefore=2026-01-03T00:00:00Z&limit=1`);
  expect(page.json.items?.map(({ eventType }) => eventType)).toEqual(['message.received']);
  expect(await found(`createdBefore=2026-01-03T00:00:00Z&limit=1&cursor=${page.json.nextCursor}`)).toEqual([
    'message.sent',
  ]);
});

test('creating again with the same Idempotency-Key gives the first endpoint and its secret', async () => {
  const request = { body: { url }, headers: { 'idempotency-key': newId() } };
  const [first, second] = [
    await gateway.call('POST', '/webhooks', request),
    await gateway.call('POST', '/webhooks', request),
  ];
  expect(second.json).toEqual(first.json);
});

test.each([
  [{ url: 'http://127.0.0.1/hook' }, 'url_not_allowed', '#/url'],
  [{ url: 'http://[::ffff:10.0.0.1]/' }, 'url_not_allowed', '#/url'],
  [{ url: 'http://localhost:3000/' }, 'url_not_allowed', '#/url'],
  [{ url: 'ftp://example.com/' }, 'validation_failed', '#/url'],
  [{ url: 'https://user:password@example.com/' }, 'validation_failed', '#/url'],
  [{ secret: 'whsec_short' }, 'secret_invalid', '#/secret'],
  [{ eventTypes: ['message.teleported'] }, 'validation_failed', '#/eventTypes/0'],
  [{ eventTypes: ['message*'] }, 'validation_failed', '#/eventTypes/0'],
  [{ eventTypes: ['teleport.*'] }, 'validation_failed', '#/eventTypes/0'],
  [{ headers: { 'Webhook-Signature': 'v1,forged' } }, 'validation_failed', '#/headers/Webhook-Signature'],
  [{ headers: { 'content-length': '1' } }, 'validation_failed', '#/headers/content-length'],
  [{ headers: { 'x-a': 'b\r\nx-c: d' } }, 'validation_failed', '#/headers/x-a'],
  [{ maxConcurrency: 0 }, 'validation_failed', '#/maxConcurrency'],
  [{ url: 'https://1.1.1.1:6379/' }, 'url_not_allowed', '#/url'],
  [{ color: 'blue' }, 'validation_failed', '#/color'],
])('%o is refused with %s', async (body, code, pointer) => {
  const before = await gateway.database.prisma.webhookEndpoint.count();
  const { status, json } = await create(body);
  expect([status, json.code, (json.errors as { pointer: string }[])[0]?.pointer]).toEqual([422, code, pointer]);
  expect(await gateway.database.prisma.webhookEndpoint.count()).toBe(before);
});

test('an endpoint is changed, disabled and deleted, and what it was still to get is cancelled', async () => {
  const { id } = (await create()).json as { id: string };
  const delivery = await deliver(id);
  await gateway.database.prisma.webhookDelivery.update({ where: { id: delivery.id }, data: { status: 'PENDING' } });
  const change = { enabled: false, eventTypes: ['profile.status'] };
  expect((await gateway.call('PATCH', `/webhooks/${id}`, { body: change })).json).toMatchObject(change);
  const private_ = await gateway.call('PATCH', `/webhooks/${id}`, { body: { url: 'http://10.0.0.1/' } });
  expect(private_.json).toMatchObject({ code: 'url_not_allowed' });
  expect((await gateway.call('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expect((await gateway.call('GET', `/webhooks/${id}`)).json).toMatchObject({ code: 'webhook_not_found' });
  const row = await gateway.database.prisma.webhookDelivery.findUniqueOrThrow({ where: { id: delivery.id } });
  expect(row.status).toBe('CANCELLED');
});

test('a test is an event for this endpoint alone, and refused while it is disabled', async () => {
  const { id } = (await create()).json as { id: string };
  const tested = await gateway.call('POST', `/webhooks/${id}/test`);
  expect(tested.status).toBe(202);
  const event = await gateway.database.prisma.event.findUniqueOrThrow({ where: { id: String(tested.json.eventId) } });
  expect(event).toMatchObject({ type: 'webhook.test', data: { endpointId: id }, publishedAt: null });
  await gateway.call('PATCH', `/webhooks/${id}`, { body: { enabled: false } });
  expect((await gateway.call('POST', `/webhooks/${id}/test`)).json).toMatchObject({ code: 'state_conflict' });
});

test('deliveries are listed by page and filter, shown with their attempts, and sent again', async () => {
  const { id } = (await create()).json as { id: string };
  const made = [await deliver(id), await deliver(id, 'DELIVERED'), await deliver(id)];
  const page = await gateway.call('GET', `/webhooks/${id}/deliveries?limit=2`);
  const rest = await gateway.call('GET', `/webhooks/${id}/deliveries?limit=2&cursor=${page.json.nextCursor}`);
  const listed = [...(page.json.items ?? []), ...(rest.json.items ?? [])].map((item) => item.id);
  expect(listed).toEqual(made.map((each) => each.id).reverse());
  const failed = await gateway.call('GET', `/webhooks/${id}/deliveries?status=FAILED&eventId=${made[0]?.eventId}`);
  expect(failed.json.items).toMatchObject([{ id: made[0]?.id }]);
  const one = `/webhooks/${id}/deliveries/${made[0]?.id}`;
  expect((await gateway.call('GET', one)).json).toMatchObject({
    body: '{}',
    attempts: [{ number: 1, responseStatus: 500, responseBody: 'no' }],
  });
  const again = await gateway.call('POST', `${one}/resend`);
  expect(again).toMatchObject({ status: 202, json: { status: 'PENDING', endedAt: null } });
  const cancelled = await deliver(id, 'CANCELLED');
  const refused = await gateway.call('POST', `/webhooks/${id}/deliveries/${cancelled.id}/resend`);
  expect(refused.json).toMatchObject({ code: 'state_conflict' });
});

test('the webhookUrl of a profile shows as an endpoint that is changed through the profile', async () => {
  const profileId = await gateway.newProfile();
  await gateway.call('PATCH', `/profiles/${profileId}`, { body: { webhookUrl: url } });
  const { json } = await gateway.call('GET', '/webhooks');
  const endpoint = json.items?.find((item) => item.profileId === profileId);
  expect(endpoint).toMatchObject({ fromProfile: true, url, enabled: true });
  const path = `/webhooks/${endpoint?.id}`;
  expect((await gateway.call('GET', `${path}/secret`)).json.secret).toMatch(/^whsec_/);
  for (const refused of [await gateway.call('PATCH', path, { body: { url } }), await gateway.call('DELETE', path)]) {
    expect(refused.json).toMatchObject({ code: 'state_conflict' });
  }
  await gateway.call('PATCH', `/profiles/${profileId}`, { body: { webhookUrl: null } });
  const after = await gateway.call('GET', '/webhooks');
  expect(after.json.items?.some((item) => item.profileId === profileId)).toBe(false);
});

test('no other workspace sees, changes or uses an endpoint or its deliveries', async () => {
  const { id } = (await create()).json as { id: string };
  const delivery = await deliver(id);
  const { key } = await gateway.newTenant();
  const path = `/webhooks/${id}`;
  const calls = [
    await gateway.call('GET', path, { key }),
    await gateway.call('GET', `${path}/secret`, { key }),
    await gateway.call('PATCH', path, { key, body: { enabled: false } }),
    await gateway.call('DELETE', path, { key }),
    await gateway.call('POST', `${path}/test`, { key }),
    await gateway.call('POST', `${path}/secret/rotate`, { key, body: {} }),
    await gateway.call('POST', `${path}/replay`, { key, body: { since: '2026-01-01T00:00:00Z' } }),
    await gateway.call('GET', `${path}/deliveries`, { key }),
    await gateway.call('GET', `${path}/deliveries/${delivery.id}`, { key }),
    await gateway.call('POST', `${path}/deliveries/${delivery.id}/resend`, { key }),
  ];
  expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 404));
  expect((await gateway.call('GET', '/webhooks', { key })).json.items).toEqual([]);
  const foreign = await create({ profileId: await gateway.newProfile() }, key);
  expect(foreign.json).toMatchObject({ code: 'profile_not_found' });
});

test('reading takes webhooks:read, and everything else, the secret too, webhooks:write', async () => {
  const { id } = (await create()).json as { id: string };
  const key = await gateway.newKey(gateway.tenant, { scopes: ['webhooks:read'] });
  expect((await gateway.call('GET', `/webhooks/${id}`, { key })).status).toBe(200);
  for (const refused of [
    await gateway.call('GET', `/webhooks/${id}/secret`, { key }),
    await create({}, key),
    await gateway.call('POST', `/webhooks/${id}/test`, { key }),
  ]) {
    expect(refused.json).toMatchObject({ code: 'scope_missing' });
  }
});
