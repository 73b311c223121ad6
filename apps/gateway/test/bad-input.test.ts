import { newApiKey } from '@multiwa/domain';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { limits } from '../src/limits.js';
import { type CallOptions, startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
let foreignProfileId: string;
beforeAll(async () => {
  gateway = await startTestGateway({ networks: ['SANDBOX'] });
  profileId = await gateway.newProfile();
  foreignProfileId = await gateway.newProfile(await gateway.newTenant());
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => gateway.stop());

const text = { type: 'TEXT', to: '+6281234567890', text: 'Hello' };

/** Sends it, and proves that nothing was stored and nothing published. */
async function refused(options: CallOptions, to = profileId) {
  const published = vi.spyOn(gateway.bus, 'publishCommands');
  const before = await gateway.database.prisma.message.count();
  const answer = await gateway.call('POST', `/profiles/${to}/messages`, options);
  expect(await gateway.database.prisma.message.count()).toBe(before);
  expect(published).not.toHaveBeenCalled();
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json.requestId).toBe(answer.headers['x-request-id']);
  expect(answer.json.status).toBe(answer.status);
  return answer;
}

const year = 366 * 24 * 3_600_000;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

test.each<[what: string, body: unknown, status: number, code: string, pointer: string]>([
  ['an unknown field', { ...text, colour: 'red' }, 422, 'validation_failed', '#/colour'],
  ['an unknown field with a slash', { ...text, 'a/b~c': 1 }, 422, 'validation_failed', '#/a~1b~0c'],
  ['a wrong type', { ...text, text: 42 }, 422, 'validation_failed', '#/text'],
  ['a missing field', { type: 'TEXT', to: text.to }, 422, 'validation_failed', '#/text'],
  ['an unknown kind', { ...text, type: 'HOLOGRAM' }, 422, 'validation_failed', '#/type'],
  ['no kind', { to: text.to, text: 'x' }, 422, 'validation_failed', '#/type'],
  ['1 MB of text', { ...text, text: 'x'.repeat(1_000_000) }, 422, 'validation_failed', '#/text'],
  ['one character too much', { ...text, text: 'x'.repeat(65_537) }, 422, 'validation_failed', '#/text'],
  ['empty text', { ...text, text: '' }, 422, 'validation_failed', '#/text'],
  ['blank text', { ...text, text: ' \n\t ' }, 422, 'validation_failed', '#/text'],
  ['NUL in the text', { ...text, text: 'a\u0000b' }, 422, 'validation_failed', '#/text'],
  ['half of a surrogate pair', { ...text, text: 'a\ud800b' }, 422, 'validation_failed', '#/text'],
  ['a number that cannot exist', { ...text, to: '+999123' }, 422, 'recipient_invalid', '#/to'],
  ['a number without country code', { ...text, to: '08123456789' }, 422, 'recipient_invalid', '#/to'],
  ['words for a number', { ...text, to: 'my friend' }, 422, 'recipient_invalid', '#/to'],
  ['a JID of nobody', { ...text, to: 'status@broadcast' }, 422, 'recipient_invalid', '#/to'],
  ['a time in the past', { ...text, sendAt: inMs(-1_000) }, 422, 'send_at_past', '#/sendAt'],
  ['a time too far ahead', { ...text, sendAt: inMs(year + 60_000) }, 422, 'send_at_too_far', '#/sendAt'],
  ['no time', { ...text, sendAt: 'tomorrow' }, 422, 'validation_failed', '#/sendAt'],
  ['a list for a body', [text], 422, 'validation_failed', '#'],
  ['a text for a body', '"hello"', 422, 'validation_failed', '#'],
])('%s is refused, with code and pointer', async (_, body, status, code, pointer) => {
  const headers = { 'content-type': 'application/json' };
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await refused({ body: payload, headers });
  expect(answer).toMatchObject({ status, json: { code } });
  expect((answer.json.errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
});

test.each<[what: string, payload: string | undefined, headers: Record<string, string>, status: number, code: string]>([
  ['malformed JSON', '{"type":', {}, 400, 'malformed_json'],
  ['a poisoned prototype', '{"__proto__":{"admin":true}}', {}, 400, 'malformed_json'],
  ['no body', undefined, {}, 422, 'validation_failed'],
  ['an empty body', '', {}, 422, 'validation_failed'],
  ['a body over the limit', `"${'x'.repeat(limits.bodyBytes)}"`, {}, 413, 'payload_too_large'],
  ['a body nested very deeply', '['.repeat(100_000) + ']'.repeat(100_000), {}, 422, 'validation_failed'],
  ['another content type', 'a=b', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
  ['an empty Idempotency-Key', JSON.stringify(text), { 'idempotency-key': '' }, 422, 'validation_failed'],
  ['a long Idempotency-Key', JSON.stringify(text), { 'idempotency-key': 'k'.repeat(256) }, 422, 'validation_failed'],
])('%s is refused', async (_, body, headers, status, code) => {
  const answer = await refused({ body, headers: { 'content-type': 'application/json', ...headers } });
  expect(answer).toMatchObject({ status, json: { code } });
});

test('a profile of another workspace answers exactly as one that does not exist', async () => {
  const foreign = await refused({ body: text, headers: { 'x-request-id': 'same' } }, foreignProfileId);
  const missing = await refused(
    { body: text, headers: { 'x-request-id': 'same' } },
    foreignProfileId.replace(/.$/, '0'),
  );
  expect(foreign.status).toBe(404);
  expect(foreign.text).toBe(missing.text);
});

test('an id that cannot be one is named in the path', async () => {
  const answer = await refused({ body: text }, '42');
  expect(answer).toMatchObject({ status: 422, json: { code: 'validation_failed' } });
  expect(answer.json.errors).toMatchObject([{ pointer: '#/path/profileId' }]);
});

test.each<[what: string, code: string, status: number, key: () => Promise<string | null>]>([
  ['no key', 'api_key_missing', 401, async () => null],
  ['an unknown key', 'api_key_invalid', 401, async () => newApiKey()],
  ['a truncated key', 'api_key_invalid', 401, async () => gateway.tenant.key.slice(0, -1)],
  ['an expired key', 'api_key_expired', 401, () => gateway.newKey(gateway.tenant, { expiresAt: new Date(0) })],
  ['a revoked key', 'api_key_revoked', 401, () => gateway.newKey(gateway.tenant, { revokedAt: new Date() })],
  [
    'a key without the scope',
    'scope_missing',
    403,
    () => gateway.newKey(gateway.tenant, { scopes: ['messages:read'] }),
  ],
])('%s is refused before the body is looked at', async (_, code, status, makeKey) => {
  const key = await makeKey();
  for (const body of [text, '{"broken']) {
    const answer = await refused({ key, body, headers: { 'content-type': 'application/json' } });
    expect(answer).toMatchObject({ status, json: { code } });
    if (key) expect(answer.text).not.toContain(key.slice(4));
  }
});

test.each<[path: string, code: string, pointer?: string]>([
  ['messages?cursor=garbage', 'cursor_invalid'],
  ['contacts?cursor=WyJtZXNzYWdlcyIsMSwieCJd', 'cursor_invalid'],
  ['messages?limit=0', 'validation_failed', '#/query/limit'],
  ['messages?limit=many', 'validation_failed', '#/query/limit'],
  ['messages?stauts=SENT', 'validation_failed', '#/query/stauts'],
  ['messages?to=nobody', 'recipient_invalid', '#/query/to'],
])('the list %s is refused', async (path, code, pointer) => {
  const { json } = await gateway.call('GET', `/profiles/${profileId}/${path}`);
  expect(json.code).toBe(code);
  if (pointer) expect(json.errors).toMatchObject([{ pointer }]);
});

test.each([
  ['/nowhere', 'GET'],
  ['/api/v1/profiles/%zz', 'GET'],
  ['/api/v1/accounts', 'PUT'],
  [`/api/v1/profiles/${'c'.repeat(500)}`, 'GET'],
])('%s (%s) is no address', async (path, method) => {
  const response = await gateway.app.inject({ method: method as 'GET', url: path });
  expect(response.statusCode).toBe(404);
  expect(response.json()).toMatchObject({ code: 'route_not_found', requestId: response.headers['x-request-id'] });
});

test('a profile on a network or engine that this gateway does not have is refused', async () => {
  const create = (body: object) =>
    gateway.call('POST', '/profiles', { body: { name: 'x', network: 'SANDBOX', ...body } });
  expect(await create({ network: 'LIVE' })).toMatchObject({ status: 422, json: { code: 'network_unavailable' } });
  const engine = await create({ engine: 'WHATSAPP_WEB_JS' });
  expect(engine).toMatchObject({ status: 422, json: { code: 'not_supported_by_engine' } });
});

test('a request id of the caller is used, unless it could forge a log line', async () => {
  const given = await gateway.call('GET', '/profiles', { headers: { 'x-request-id': 'abc-1' } });
  expect(given.headers['x-request-id']).toBe('abc-1');
  const forged = await gateway.call('GET', '/profiles', { headers: { 'x-request-id': 'a b{"level":50}' } });
  expect(forged.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});
