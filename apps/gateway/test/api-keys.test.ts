import { hashApiKey } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrap } from '../src/use-cases/bootstrap.js';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const create = (body: object, headers = {}) => gateway.call('POST', '/api-keys', { body, headers });

test('a created key works, is shown once and is stored as a hash only', async () => {
  const { status, json } = await create({ name: 'shop', scopes: ['profiles:read'] });
  expect(status).toBe(201);
  const key = String(json.key);
  expect(key).toMatch(/^mwa_[A-Za-z0-9_-]{43}$/);
  expect(key.startsWith(String(json.prefix))).toBe(true);
  expect((await gateway.call('GET', '/profiles', { key })).status).toBe(200);
  expect(
    (await gateway.call('GET', '/profiles', { key: null, headers: { authorization: `Bearer ${key}` } })).status,
  ).toBe(200);
  const list = await gateway.call('GET', '/api-keys');
  expect(list.text).not.toContain(key);
  expect(list.json.items?.find(({ id }) => id === json.id)).not.toHaveProperty('key');
  const row = await gateway.database.prisma.apiKey.findUniqueOrThrow({ where: { id: String(json.id) } });
  expect(row.hash).toBe(hashApiKey(key));
  expect(JSON.stringify(row)).not.toContain(key);
});

test('revoking takes effect on the very next request', async () => {
  const { json } = await create({ name: 'short', scopes: ['profiles:read'] });
  const key = String(json.key);
  expect((await gateway.call('GET', '/profiles', { key })).status).toBe(200);
  const revoked = await gateway.call('DELETE', `/api-keys/${json.id}`);
  expect(revoked).toMatchObject({ status: 200, json: { revokedAt: expect.any(String) } });
  expect((await gateway.call('GET', '/profiles', { key })).json.code).toBe('api_key_revoked');
  expect((await gateway.call('DELETE', `/api-keys/${json.id}`)).json).toEqual(revoked.json);
});

test('a key revoked by another process is refused as soon as the nudge arrives', async () => {
  const { json } = await create({ name: 'elsewhere', scopes: ['profiles:read'] });
  const key = String(json.key);
  const read = () => gateway.call('GET', '/profiles', { key });
  expect((await read()).status).toBe(200);
  await gateway.database.prisma.apiKey.update({ where: { id: String(json.id) }, data: { revokedAt: new Date() } });
  gateway.bus.nudge('nudge.api-keys');
  await until(async () => (await read()).json.code === 'api_key_revoked');
});

test('scopes bound what a key may do, and what it may give', async () => {
  const { json } = await create({ name: 'limited', scopes: ['keys:write', 'messages:read'] });
  const key = String(json.key);
  expect((await gateway.call('GET', '/profiles', { key })).json).toMatchObject({ status: 403, code: 'scope_missing' });
  const wider = await gateway.call('POST', '/api-keys', { key, body: { name: 'w', scopes: ['admin'] } });
  expect(wider).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
  const same = await gateway.call('POST', '/api-keys', { key, body: { name: 's', scopes: ['messages:read'] } });
  expect(same.status).toBe(201);
});

test('a key that would be born expired, or without any scope, is refused', async () => {
  const past = await create({ name: 'x', scopes: ['admin'], expiresAt: '2020-01-01T00:00:00Z' });
  expect(past).toMatchObject({ status: 422, json: { errors: [{ pointer: '#/expiresAt' }] } });
  expect((await create({ name: 'x', scopes: [] })).json).toMatchObject({ errors: [{ pointer: '#/scopes' }] });
  expect((await create({ name: 'x', scopes: ['everything'] })).json).toMatchObject({
    errors: [{ pointer: '#/scopes/0' }],
  });
});

test('a repeated creation gives the same key again, which the database still does not hold', async () => {
  const headers = { 'idempotency-key': 'new-key' };
  const body = { name: 'once', scopes: ['admin'] };
  const first = await create(body, headers);
  const again = await create(body, headers);
  expect(again).toMatchObject({ status: 201, json: first.json });
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await create({ ...body, name: 'twice' }, headers)).toMatchObject({ json: { code: 'idempotency_key_reused' } });
  const records = await gateway.database.prisma.idempotencyRecord.findMany();
  expect(JSON.stringify(records)).not.toContain(String(first.json.key).slice(4));
  const key = await gateway.newKey(gateway.tenant);
  const other = await gateway.call('POST', '/api-keys', { key, body, headers });
  expect(other).toMatchObject({ status: 409, json: { code: 'idempotency_key_reused' } });
});

test('20 creations with one Idempotency-Key at the same time create one account; a refusal does not use the key up', async () => {
  const headers = { 'idempotency-key': 'one-account' };
  const create = (body: object) => gateway.call('POST', '/accounts', { body, headers });
  expect((await create({ name: '' })).status).toBe(422);
  const answers = await Promise.all(Array.from({ length: 20 }, () => create({ name: 'Only one' })));
  for (const { status, json } of answers) {
    expect([201, 409]).toContain(status);
    if (status === 409) expect(json.code).toBe('idempotency_in_progress');
  }
  const where = { workspaceId: gateway.tenant.workspaceId, name: 'Only one' };
  expect(await gateway.database.prisma.account.count({ where })).toBe(1);
  expect(await create({ name: 'Only one' })).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } });
});

test('a creation that crashed half-way is taken over under the same id', async () => {
  const headers = { 'idempotency-key': 'crashed' };
  const create = () => gateway.call('POST', '/accounts', { body: { name: 'Crashed' }, headers });
  const first = await create();
  const where = { workspaceId_key: { workspaceId: gateway.tenant.workspaceId, key: 'crashed' } };
  const unanswered = { status: null, body: { resourceId: String(first.json.id) } };
  await gateway.database.prisma.idempotencyRecord.update({ where, data: unanswered });
  expect((await create()).json.code).toBe('idempotency_in_progress');
  await gateway.database.prisma.idempotencyRecord.update({
    where,
    data: { createdAt: new Date(Date.now() - 120_000) },
  });
  expect(await create()).toMatchObject({ status: 201, json: { id: first.json.id } });
});

test('the first key is made once, however many bootstraps run, and opens everything', async () => {
  await gateway.database.prisma.apiKey.deleteMany();
  const results = await Promise.all(Array.from({ length: 8 }, () => bootstrap(gateway.database)));
  const created = results.filter((result) => result.created);
  expect(created).toHaveLength(1);
  expect(await bootstrap(gateway.database)).toEqual({ created: false });
  const key = created[0]?.apiKey;
  expect((await gateway.call('GET', '/api-keys', { key })).json.items).toMatchObject([{ scopes: ['admin'] }]);
  const owners = await gateway.database.prisma.membership.findMany({ include: { user: true } });
  expect(owners).toMatchObject([{ role: 'OWNER' }]);
});
