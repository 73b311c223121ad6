import { randomBytes } from 'node:crypto';
import { claimLeases, type DesiredState, readSignalKeys, writeSessionState } from '@multiwa/db';
import { sealedPlaces } from '@multiwa/domain';
import { createCipher } from '@multiwa/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

const passphrase = 'correct horse battery staple';
const cipher = createCipher(Buffer.alloc(32, 7).toString('base64'));

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const buffer = (length: number) => ({ type: 'Buffer', data: randomBytes(length).toString('base64') });
const pair = () => ({ private: buffer(32), public: buffer(32) });

/** A folder as Baileys keeps it; the values are of the right form only. */
function folder(): Record<string, unknown> {
  return {
    'creds.json': {
      noiseKey: pair(),
      signedIdentityKey: pair(),
      signedPreKey: { keyPair: pair(), signature: buffer(64), keyId: 1 },
      registrationId: 77,
      advSecretKey: randomBytes(32).toString('base64'),
      nextPreKeyId: 31,
      firstUnuploadedPreKeyId: 31,
      me: { id: '6281234567890:3@s.whatsapp.net', lid: '99887766:3@lid' },
      account: { details: 'YWI=', accountSignature: 'YWI=', deviceSignature: 'YWI=' },
    },
    'pre-key-1.json': pair(),
    'session-62811.0.json': { _sessions: {}, version: 'v1' },
  };
}

const post = (profileId: string, verb: string, body?: unknown, key?: string) =>
  gateway.call('POST', `/profiles/${profileId}/session/${verb}`, { body, ...(key ? { key } : {}) });
const importFolder = (profileId: string, files = folder(), key?: string) =>
  post(profileId, 'import', { format: 'baileys-multi-file', files }, key);
const importFile = (profileId: string, file: string, phrase = passphrase, key?: string) =>
  post(profileId, 'import', { format: 'multiwa', passphrase: phrase, file }, key);
const exportFile = (profileId: string, more: object = {}) => post(profileId, 'export', { passphrase, ...more });

async function linked(): Promise<string> {
  const profileId = await gateway.newProfile();
  expect((await importFolder(profileId)).status).toBe(201);
  return profileId;
}

/** The stored session in the clear. */
async function stored(profileId: string) {
  const { prisma } = gateway.database;
  const credential = await prisma.sessionCredential.findUnique({ where: { profileId } });
  const keys = await prisma.signalKey.findMany({
    where: { profileId },
    orderBy: [{ type: 'asc' }, { keyName: 'asc' }],
  });
  return {
    credential: credential && cipher.open(sealedPlaces.credential(profileId), credential),
    deleted: credential?.deletedAt !== null,
    keys: keys.map((key) => [
      key.type,
      key.keyName,
      cipher.open(sealedPlaces.signalKey(profileId, key.type, key.keyName), key),
    ]),
  };
}

const nothing = { credential: null, keys: [] };

async function want(profileId: string, desiredState: DesiredState): Promise<void> {
  await gateway.database.prisma.profile.update({ where: { id: profileId }, data: { desiredState } });
}

async function claim(workerId: string, ttlMs: number) {
  return claimLeases(gateway.database.pool, { workerId, network: 'SANDBOX', limit: 1_000, ttlMs });
}

test('a session exported from one workspace and imported into another is the same, byte for byte', async () => {
  const from = await linked();
  const answer = await exportFile(from);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream' } });
  expect(answer.headers['content-disposition']).toContain(`${from}.multiwa-session`);
  const other = await gateway.newTenant();
  const to = await gateway.newProfile(other);
  const imported = await importFile(to, answer.text, passphrase, other.key);
  expect(imported).toMatchObject({ status: 201, json: { phone: '6281234567890', lid: '99887766', keys: 2 } });
  expect(await stored(to)).toEqual(await stored(from));
  expect((await stored(to)).keys).toHaveLength(2);
});

test('an export lets go of the session only when asked, and what was let go of can be brought back', async () => {
  const profileId = await linked();
  const before = await stored(profileId);
  expect((await exportFile(profileId)).status).toBe(200);
  const moved = await exportFile(profileId, { release: true });
  expect(moved.status).toBe(200);
  expect(await exportFile(profileId)).toMatchObject({ status: 404, json: { code: 'session_not_found' } });
  expect(await post(profileId, 'restore')).toMatchObject({ status: 204 });
  expect(await stored(profileId)).toEqual(before);
  expect(await post(profileId, 'restore')).toMatchObject({ json: { code: 'profile_already_linked' } });
  expect((await exportFile(profileId, { release: true })).status).toBe(200);
  expect((await importFile(profileId, moved.text)).status).toBe(201);
});

test('a session that is open, wanted, or still to be logged out is neither exported nor overwritten', async () => {
  const profileId = await linked();
  const empty = await gateway.newProfile();
  for (const state of ['CONNECTED', 'LOGGED_OUT'] as const) {
    await want(profileId, state);
    expect(await exportFile(profileId), state).toMatchObject({ status: 409, json: { code: 'session_in_use' } });
  }
  expect(await importFolder(profileId)).toMatchObject({ status: 409, json: { code: 'profile_already_linked' } });
  await want(empty, 'CONNECTED');
  expect(await importFolder(empty)).toMatchObject({ status: 409, json: { code: 'session_in_use' } });

  await claim('a-worker', 600_000);
  for (const id of [profileId, empty]) await want(id, 'DISCONNECTED');
  expect(await exportFile(profileId), 'still being closed').toMatchObject({ json: { code: 'session_in_use' } });
  expect(await importFolder(empty), 'still being closed').toMatchObject({ json: { code: 'session_in_use' } });
  expect(await stored(empty)).toMatchObject(nothing);
});

test('an owner whose lease ran out can write nothing any more once the session was exported or imported', async () => {
  const { pool } = gateway.database;
  const [leaving, coming] = [await linked(), await gateway.newProfile()];
  for (const id of [leaving, coming]) await want(id, 'CONNECTED');
  const leases = await claim('a-frozen-worker', 1);
  for (const id of [leaving, coming]) await want(id, 'DISCONNECTED');
  const { text } = await exportFile(leaving);
  expect((await importFile(coming, text)).status).toBe(201);
  const sealed = { keyId: 'k', ciphertext: Buffer.from('late') };
  const old = leases.filter(({ profileId }) => [leaving, coming].includes(profileId));
  expect(old).toHaveLength(2);
  const late = old.map((lease) => ({ ...lease, keys: [{ type: 'session', keyName: 'late', ...sealed }] }));
  expect(await writeSessionState(pool, late)).toEqual(['stale', 'stale']);
  for (const id of [leaving, coming]) expect(await readSignalKeys(pool, id, 'session', ['late'])).toEqual([]);
});

test('an imported session is not logged out by what was wanted of the one before', async () => {
  const profileId = await gateway.newProfile();
  await want(profileId, 'LOGGED_OUT');
  expect((await importFolder(profileId)).status).toBe(201);
  expect((await gateway.call('GET', `/profiles/${profileId}`)).json).toMatchObject({ desiredState: 'DISCONNECTED' });
});

test('a wrong passphrase, a cut or changed file and foreign formats are coded errors, and nothing is stored', async () => {
  const { text } = await exportFile(await linked());
  const to = await gateway.newProfile();
  const file = JSON.parse(text);
  const files = folder();
  const secret = (files['pre-key-1.json'] as ReturnType<typeof pair>).private.data;
  const refused = [
    await importFile(to, text, 'not the passphrase of it'),
    await importFile(to, text.slice(0, 500)),
    await importFile(to, JSON.stringify({ ...file, iv: file.tag })),
    await importFile(to, JSON.stringify({ ...file, data: file.data.replace(/^../, 'AA') })),
    await importFile(to, 'PK and no session'),
    await importFolder(to, { ...files, 'creds.json': { me: {} } }),
    await importFolder(to, { ...files, 'store.json': { secret } }),
    await importFolder(to, { ...files, 'pre-key-2.json': { private: secret } }),
    await importFolder(to, {}),
  ];
  for (const { status, json, text: answer } of refused) {
    expect([status, json.code]).toEqual([422, 'session_file_invalid']);
    expect(answer).not.toContain(secret);
  }
  const pointers = refused.map(({ json }) => (json.errors as { pointer: string }[])[0]?.pointer);
  expect(pointers.slice(0, 5)).toEqual(Array(5).fill('#/file'));
  expect(pointers.slice(6)).toEqual(['#/files/store.json', '#/files/pre-key-2.json', '#/files/creds.json']);
  expect(await stored(to)).toMatchObject(nothing);
});

test('a session of the simulated network is not taken in by a live profile', async () => {
  const { text } = await exportFile(await linked());
  const live = (await gateway.call('POST', '/profiles', { body: { name: 'Live', network: 'LIVE' } })).json.id;
  expect(await importFile(String(live), text)).toMatchObject({ status: 422, json: { code: 'session_file_invalid' } });
  expect(await stored(String(live))).toMatchObject(nothing);
});

test('sessions are walled in by workspace and scope', async () => {
  const profileId = await linked();
  const { key } = await gateway.newTenant();
  for (const answer of [
    await post(profileId, 'export', { passphrase }, key),
    await importFolder(profileId, folder(), key),
    await post(profileId, 'restore', undefined, key),
  ]) {
    expect(answer).toMatchObject({ status: 404, json: { code: 'profile_not_found' } });
  }
  const reader = await gateway.newKey(gateway.tenant, { scopes: ['profiles:read'] });
  expect(await post(profileId, 'export', { passphrase }, reader)).toMatchObject({ status: 403 });
});

test('a body of a session may be larger than others, up to its own limit', async () => {
  const to = await gateway.newProfile();
  const files = { ...folder(), 'identity-key-62811.0.json': buffer(3 * 1024 * 1024) };
  expect((await importFolder(to, files)).status).toBe(201);
  const tooLarge = { ...folder(), 'identity-key-62811.0.json': buffer(25 * 1024 * 1024) };
  expect(await importFolder(await gateway.newProfile(), tooLarge)).toMatchObject({
    status: 413,
    json: { code: 'payload_too_large' },
  });
});
