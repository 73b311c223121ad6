import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { asOnlyRotation, claimLeases, countByKey, type Database, openDatabase, writeSessionState } from '@multiwa/db';
import { newId, sealedPlaces, sealWebhookSecrets } from '@multiwa/domain';
import { type Keyring, newEncryptionKey, openKeyring, readKeyFile } from '@multiwa/runtime';
import { createTestDatabase, type TestDatabase } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { until } from './gateway.js';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const KEYS_EACH = 3_000;

let made: TestDatabase;
let database: Database;
let dir: string;
let keyFile: string;
let profileId: string;
let keyring: Keyring;
const open = () => openKeyring({ MULTIWA_ENCRYPTION_KEY_FILE: keyFile }, { warn: () => undefined });

beforeEach(async () => {
  made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  database = openDatabase({ url: made.url });
  dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-rotate-'));
  keyFile = path.join(dir, 'encryption.key');
  writeFileSync(keyFile, newEncryptionKey().bytes.toString('base64'), { mode: 0o600 });
  keyring = open();
  await fill();
});
afterEach(async () => {
  await database.close();
  await made.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** One of everything that is sealed, and many Signal keys. */
async function fill(): Promise<void> {
  const { prisma, pool } = database;
  profileId = newId();
  const workspaceId = newId();
  const endpointId = newId();
  const proxy = keyring.seal(sealedPlaces.proxy(profileId), 'socks5://user:secret@proxy.example.com:1080');
  const organization = { create: { id: newId(), name: 'Test' } };
  await prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organization } });
  const proxyColumns = { proxyKeyId: proxy.keyId, proxyCiphertext: Uint8Array.from(proxy.ciphertext) };
  const profile = { id: profileId, workspaceId, name: 'Shop', network: 'SANDBOX', desiredState: 'CONNECTED' } as const;
  await prisma.profile.create({ data: { ...profile, ...proxyColumns } });
  const secret = sealWebhookSecrets(keyring, endpointId, { secrets: ['whsec_secret'] });
  const secretColumns = { secretKeyId: secret.keyId, secretCipher: Uint8Array.from(secret.ciphertext) };
  await prisma.webhookEndpoint.create({
    data: { id: endpointId, workspaceId, url: 'https://example.com', deletedAt: new Date(), ...secretColumns },
  });
  const [lease] = await claimLeases(pool, { workerId: 'w', network: 'SANDBOX', limit: 1, ttlMs: 600_000 });
  if (!lease) throw new Error('nothing was claimed');
  await writeSessionState(pool, [
    {
      ...lease,
      credential: keyring.seal(sealedPlaces.credential(profileId), 'credential'),
      keys: Array.from({ length: KEYS_EACH }, (_, n) => sealedKey(`k${n}`, `value ${n}`)),
      journal: { put: [{ entryId: 'e1', ...keyring.seal(sealedPlaces.journal(profileId, 'e1'), 'entry') }] },
    },
  ]);
}

function sealedKey(keyName: string, value: string) {
  return { type: 'pre-key', keyName, ...keyring.seal(sealedPlaces.signalKey(profileId, 'pre-key', keyName), value) };
}

function start(args: readonly string[], env: Record<string, string> = { MULTIWA_ENCRYPTION_KEY_FILE: keyFile }) {
  return spawn(process.execPath, [program, 'keys', ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: made.url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  const [output, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, complaint, exitCode };
}
const run = (args: readonly string[], env?: Record<string, string>) => ended(start(args, env));

/** How many values each key has sealed, over all tables. */
async function sealedBy(): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const counts of Object.values(await countByKey(database.pool))) {
    for (const [id, rows] of counts) sums[id] = (sums[id] ?? 0) + rows;
  }
  return sums;
}

/** Everything in the clear, read with the keys of the file alone. */
async function readAll() {
  const { prisma } = database;
  const fresh = open();
  const credential = await prisma.sessionCredential.findUniqueOrThrow({ where: { profileId } });
  const keys = await prisma.signalKey.findMany({ where: { profileId } });
  const [journal] = await prisma.inboundJournal.findMany({ where: { profileId } });
  const profile = await prisma.profile.findUniqueOrThrow({ where: { id: profileId } });
  return {
    credential: fresh.open(sealedPlaces.credential(profileId), credential),
    keys: new Map(
      keys.map((key) => [key.keyName, fresh.open(sealedPlaces.signalKey(profileId, key.type, key.keyName), key)]),
    ),
    journal: journal && fresh.open(sealedPlaces.journal(profileId, 'e1'), journal),
    proxy: fresh.open(sealedPlaces.proxy(profileId), {
      keyId: profile.proxyKeyId ?? '',
      ciphertext: profile.proxyCiphertext ?? new Uint8Array(),
    }),
  };
}

const ALL = KEYS_EACH + 4;

test('everything that is sealed is sealed anew, and the former key can be dropped', async () => {
  const before = await readAll();
  const [former = ''] = keyring.keyIds();
  expect(await sealedBy()).toEqual({ [former]: ALL });
  const result = await run(['rotate', '--drop-old']);
  expect(result).toMatchObject({ exitCode: 0, complaint: '' });
  const [current = '', ...others] = readKeyFile(keyFile).map(({ id }) => id);
  expect(others).toEqual([]);
  expect(current).not.toBe(former);
  expect(await sealedBy()).toEqual({ [current]: ALL });
  expect(await readAll()).toEqual(before);
  expect(before.keys.get('k7')).toBe('value 7');
  const listed = JSON.parse((await run(['list', '--json'])).output);
  expect(listed.keys).toEqual([
    {
      id: current,
      role: 'seals',
      rows: { credentials: 1, signalKeys: KEYS_EACH, journal: 1, webhooks: 1, proxies: 1 },
    },
  ]);
});

test('a rotation that was killed in the middle goes on under the same new key', async () => {
  const before = await readAll();
  const [former = ''] = keyring.keyIds();
  // A row that somebody keeps locked cannot be sealed anew: the rotation stays in the middle until it is killed.
  const writer = await database.pool.connect();
  await writer.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
  await writer.query('SELECT 1 FROM "SignalKey" WHERE "keyName" = $1 FOR UPDATE', ['k1500']);
  const child = start(['rotate']);
  const exited = once(child, 'exit');
  await until(async () => (await sealedBy())[former] === 1);
  child.kill('SIGKILL');
  await exited;
  await writer.query('ROLLBACK');
  writer.release();
  expect(await readAll()).toEqual(before);
  const keys = readKeyFile(keyFile).map(({ id }) => id);
  expect(keys).toEqual([expect.any(String), former]);

  expect(await run(['drop-old'])).toMatchObject({ exitCode: 0 });
  expect(await sealedBy()).toEqual({ [keys[0] ?? '']: ALL });
  expect(readKeyFile(keyFile).map(({ id }) => id)).toEqual([keys[0]]);
  expect(await readAll()).toEqual(before);
});

test('what an engine writes meanwhile is neither lost nor left under the former key', async () => {
  const { pool } = database;
  const written = new Map<string, string>();
  let rotating = true;
  const writer = (async () => {
    for (let n = 0; rotating; n += 1) {
      const keys = Array.from({ length: 20 }, (_, offset) => [`k${(n * 7 + offset) % KEYS_EACH}`, `${n}`] as const);
      const latest = new Map(keys);
      const sealed = [...latest].map(([name, value]) => sealedKey(name, value));
      expect(await writeSessionState(pool, [{ profileId, generation: 1, keys: sealed }])).toEqual(['written']);
      for (const [name, value] of latest) written.set(name, value);
    }
  })();
  const result = await run(['rotate', '--drop-old']);
  rotating = false;
  await writer;
  expect(result).toMatchObject({ exitCode: 0, complaint: '' });
  const [current = ''] = readKeyFile(keyFile).map(({ id }) => id);
  expect(await sealedBy()).toEqual({ [current]: ALL });
  const { keys } = await readAll();
  expect(written.size).toBeGreaterThan(20);
  for (const [name, value] of written) expect([name, keys.get(name)]).toEqual([name, value]);
});

test('a value that no key opens is left as it is and said, and no key is dropped then', async () => {
  const lost = openKeyring(
    { MULTIWA_ENCRYPTION_KEY: newEncryptionKey().bytes.toString('base64') },
    { warn: () => undefined },
  ).seal(sealedPlaces.credential(profileId), 'lost');
  const data = { keyId: lost.keyId, ciphertext: Uint8Array.from(lost.ciphertext) };
  await database.prisma.sessionCredential.update({ where: { profileId }, data });
  const result = await run(['rotate', '--drop-old']);
  expect(result).toMatchObject({ exitCode: 1, complaint: expect.stringContaining('1 values cannot be opened') });
  expect(await database.prisma.sessionCredential.findUnique({ where: { profileId } })).toMatchObject(data);
  expect(readKeyFile(keyFile).map(({ id }) => id)).toContain(keyring.keyIds()[0]);
  expect((await run(['list'])).output).toMatch(new RegExp(`${lost.keyId} +missing +1`));
});

test('keys of a variable are rotated in steps: a new one is put in front by hand, then everything moves', async () => {
  const variable = (...keys: { bytes: Buffer }[]) => ({
    MULTIWA_ENCRYPTION_KEY: keys.map(({ bytes }) => bytes.toString('base64')).join(','),
  });
  const [former] = readKeyFile(keyFile);
  const current = newEncryptionKey();
  if (!former) throw new Error('there is no key');
  const alone = await run(['rotate'], variable(former));
  expect(alone).toMatchObject({ exitCode: 1, complaint: expect.stringContaining('put a new key in front first') });
  const rotated = await run(['rotate', '--drop-old'], variable(current, former));
  expect(rotated).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('set MULTIWA_ENCRYPTION_KEY to it alone'),
  });
  expect(await sealedBy()).toEqual({ [current.id]: ALL });
});

test('mistakes are one sentence and an exit code', async () => {
  expect(await run(['rotate', '--fast'])).toMatchObject({ exitCode: 2, output: '' });
  expect(await run(['spin'])).toMatchObject({
    exitCode: 2,
    complaint: expect.stringContaining('no command keys spin'),
  });
  expect(await run(['list'], {})).toMatchObject({
    exitCode: 1,
    complaint: expect.stringMatching(/^Set MULTIWA_ENCRYPTION_KEY or MULTIWA_ENCRYPTION_KEY_FILE/),
  });
  const second = await asOnlyRotation(database.pool, () => run(['rotate']));
  expect(second).toMatchObject({ exitCode: 1, complaint: expect.stringContaining('Another rotation') });
  expect(readKeyFile(keyFile)).toHaveLength(1);
});
