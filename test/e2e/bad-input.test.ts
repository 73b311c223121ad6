import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import { problemSchema } from '../../packages/contracts/dist/index.js';
import { createClient, type Profile } from '../../packages/sdk/dist/index.js';
import { expireApiKey, foreignProfile } from '../../packages/testkit/dist/index.js';
import { useProduct } from './support/use-product.js';

const product = useProduct({ durable: false, services: ['sandbox', 'gateway'] });
let profile: Profile;
let foreign: string;
let revoked: string;

beforeAll(async () => {
  const { client, databaseUrl } = product();
  profile = await client.profiles.create({ name: 'Strict', network: 'SANDBOX' });
  foreign = await foreignProfile(databaseUrl);
  const key = await client.apiKeys.create({ name: 'old', scopes: ['admin'] });
  await client.apiKeys.revoke(key.id);
  revoked = key.key;
});

interface Attempt {
  body?: unknown;
  raw?: string;
  key?: () => string | undefined;
  profileId?: () => string;
}

const good = { type: 'TEXT', to: '+62 812-3456-7890', text: 'never sent' };

const rows: [what: string, attempt: Attempt, status: number, code: string, pointer?: string][] = [
  ['an unknown field', { body: { ...good, colour: 'red' } }, 422, 'validation_failed', '#/colour'],
  ['a wrong type', { body: { ...good, text: 7 } }, 422, 'validation_failed', '#/text'],
  ['an unknown kind', { body: { ...good, type: 'TELEGRAM' } }, 422, 'validation_failed', '#/type'],
  ['empty text', { body: { ...good, text: ' \n ' } }, 422, 'validation_failed', '#/text'],
  ['no text', { body: { type: 'TEXT', to: good.to } }, 422, 'validation_failed', '#/text'],
  ['1 MB of text', { body: { ...good, text: 'x'.repeat(1_000_000) } }, 422, 'validation_failed', '#/text'],
  ['a number that cannot exist', { body: { ...good, to: '+1 555' } }, 422, 'recipient_invalid', '#/to'],
  ['a time in the past', { body: { ...good, sendAt: '2020-01-01T00:00:00Z' } }, 422, 'send_at_past', '#/sendAt'],
  ['malformed JSON', { raw: '{"type":"TEXT",' }, 400, 'malformed_json'],
  ['no body', { raw: '' }, 422, 'validation_failed'],
  ['a profile of another workspace', { body: good, profileId: () => foreign }, 404, 'profile_not_found'],
  ['no key', { body: good, key: () => undefined }, 401, 'api_key_missing'],
  ['an unknown key', { body: good, key: () => 'mwa_nobody' }, 401, 'api_key_invalid'],
  ['a revoked key', { body: good, key: () => revoked }, 401, 'api_key_revoked'],
];

test.each(rows)(
  '%s is refused with a problem that says what and where',
  async (_what, attempt, status, code, pointer) => {
    const { url, apiKey } = product();
    const key = attempt.key ? attempt.key() : apiKey;
    const response = await fetch(`${url}/api/v1/profiles/${attempt.profileId?.() ?? profile.id}/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(key === undefined ? {} : { 'x-api-key': key }),
      },
      body: attempt.raw ?? JSON.stringify(attempt.body),
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = problemSchema.parse(await response.json());
    expect([response.status, problem.status, problem.code]).toEqual([status, status, code]);
    if (pointer) expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  },
);

test('a body over the limit is refused before it is sent', async () => {
  const { url, apiKey } = product();
  const request = http.request(`${url}/api/v1/profiles/${profile.id}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 20_000_000, 'x-api-key': apiKey },
  });
  // The rest of the body never comes: the gateway has to answer on what the header says.
  request.on('error', () => undefined);
  request.flushHeaders();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const problem = problemSchema.parse(JSON.parse(await text(response)));
  expect([response.statusCode, problem.code]).toEqual([413, 'payload_too_large']);
  request.destroy();
});

test('an expired key is refused', async () => {
  const { client, url, databaseUrl } = product();
  const { id, key } = await client.apiKeys.create({ name: 'short-lived', scopes: ['admin'] });
  await expireApiKey(databaseUrl, id);
  const problem = await createClient({ url, apiKey: key })
    .profiles.list()
    .catch((error: unknown) => error);
  expect(problem).toMatchObject({ status: 401, code: 'api_key_expired' });
});

test('nothing of what was refused is stored', async () => {
  const { client } = product();
  expect((await client.messages.list(profile.id)).items).toEqual([]);
  expect((await client.conversations.list(profile.id)).items).toEqual([]);
  expect((await client.contacts.list(profile.id)).items).toEqual([]);
});
