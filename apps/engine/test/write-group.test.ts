import { randomBytes } from 'node:crypto';
import {
  claimLeases,
  type Database,
  type Lease,
  openDatabase,
  readSignalKeys,
  StaleGenerationError,
} from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { createCipher, createLogger, UnreadableError } from '@multiwa/runtime';
import { createTestDatabase, type TestDatabase, waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { openSessionStore } from '../src/state/session-store.js';
import { WriteGroup } from '../src/state/write-group.js';

const cipher = createCipher(randomBytes(32).toString('base64'));
const logger = createLogger('engine-test', 'silent');
const PROFILES = 5;

let testDatabase: TestDatabase;
let database: Database;
let leases: Lease[];
let statements: number;
let stale: Lease[];
let writes: WriteGroup;

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  database = openDatabase({ url: testDatabase.url });
  const id = newId();
  await database.prisma.organization.create({ data: { id, name: 'test' } });
  await database.prisma.workspace.create({ data: { id, organizationId: id, name: 'test' } });
  for (let index = 0; index < PROFILES; index++) {
    const data = { id: newId(), workspaceId: id, name: 'test', network: 'SANDBOX', desiredState: 'CONNECTED' } as const;
    await database.prisma.profile.create({ data });
  }
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(async () => {
  await database.prisma.sessionLease.updateMany({ data: { workerId: null, expiresAt: null } });
  leases = await claim();
  statements = 0;
  stale = [];
  writes = new WriteGroup({
    executor: database.pool,
    cipher,
    logger,
    onStatement: () => {
      statements += 1;
    },
    onStale: (lease) => stale.push(lease),
  });
});

function claim(): Promise<Lease[]> {
  return claimLeases(database.pool, { workerId: newId(), network: 'SANDBOX', limit: PROFILES, ttlMs: 60_000 });
}

function leaseAt(index: number): Lease {
  const lease = leases[index];
  if (!lease) throw new Error('too few leases');
  return lease;
}

const storeOf = (lease: Lease) => openSessionStore({ executor: database.pool, cipher, writes, logger }, lease);
const key = (name: string, value: string) => ({ type: 'session', name, value: Buffer.from(value) });

test('writes of all sessions that come together are one statement', async () => {
  await Promise.all(leases.map((lease) => writes.write(lease, { keys: [key('a', lease.profileId)] })));
  expect(statements).toBe(1);
  for (const lease of leases) {
    const stored = await storeOf(lease).readKeys('session', ['a', 'b']);
    expect([...stored].map(([name, value]) => [name, value.toString()])).toEqual([['a', lease.profileId]]);
  }
});

test('the last of several writes of one key counts, and nothing waits for itself', async () => {
  const lease = leaseAt(0);
  await Promise.all(['1', '2', '3'].map((value) => writes.write(lease, { keys: [key('c', value)] })));
  expect((await storeOf(lease).readKeys('session', ['c'])).get('c')?.toString()).toBe('3');
});

test('a write under a lost lease is refused without harming the others, after its owner was told', async () => {
  const [lost, kept] = [leaseAt(0), leaseAt(1)];
  const { prisma } = database;
  await prisma.sessionLease.update({ where: { profileId: lost.profileId }, data: { workerId: null, expiresAt: null } });
  const [again] = await claim();
  expect(again).toMatchObject({ profileId: lost.profileId, generation: lost.generation + 1 });
  const refused = writes.write(lost, { keys: [key('d', 'old')], journal: [{ entryId: 'e', value: Buffer.from('x') }] });
  const told = refused.catch((error: unknown) => [error, [...stale]] as const);
  await writes.write(kept, { keys: [key('d', 'kept')] });
  const [error, staleThen] = (await told) ?? [];
  expect(error).toBeInstanceOf(StaleGenerationError);
  expect(staleThen).toEqual([{ profileId: lost.profileId, generation: lost.generation }]);
  expect(await storeOf(lost).readKeys('session', ['d'])).toEqual(new Map());
  expect(await storeOf(lost).readJournal()).toEqual([]);
  expect((await storeOf(kept).readKeys('session', ['d'])).get('d')?.toString()).toBe('kept');
});

test('a write that the database can never take does not hold up the others', async () => {
  const [poisoned, healthy] = [leaseAt(0), leaseAt(1)];
  const nul = { type: 'session', name: 'a\u0000b', value: Buffer.from('x') };
  const refused = expect(writes.write(poisoned, { keys: [nul] })).rejects.toMatchObject({ code: '22021' });
  await writes.write(healthy, { keys: [key('f', 'healthy')] });
  await refused;
});

test('journal entries are there until they are cleared, in the order of arrival', async () => {
  const store = storeOf(leaseAt(2));
  for (const text of ['satu', 'dua']) {
    await store.write({ journal: [{ entryId: newId(), value: Buffer.from(text) }] });
  }
  const entries = await store.readJournal();
  expect(entries.map(({ value }) => value.toString())).toEqual(['satu', 'dua']);
  for (const { entryId } of entries) store.clearJournal(entryId);
  await writes.idle();
  expect(await store.readJournal()).toEqual([]);
});

test('credentials written a moment ago are read, and do not come back after a logout', async () => {
  const store = storeOf(leaseAt(3));
  void store.write({ credential: Buffer.from('creds') });
  expect((await store.loadCredential())?.toString()).toBe('creds');
  void store.write({ credential: Buffer.from('newer') });
  await store.forget();
  await writes.idle();
  expect(await store.loadCredential()).toBeUndefined();
});

test('stored values are unreadable in another row, and under another key', async () => {
  const [one, other] = [leaseAt(0), leaseAt(1)];
  await writes.write(one, { keys: [key('g', 'secret'), key('h', 'secret')] });
  const { pool } = database;
  const stored = await readSignalKeys(pool, one.profileId, 'session', ['g']);
  expect(stored.map(({ ciphertext }) => Buffer.from(ciphertext).includes('secret'))).toEqual([false]);
  const stranger = createCipher(randomBytes(32).toString('base64'));
  const strange = openSessionStore({ executor: pool, cipher: stranger, writes, logger }, one);
  await expect(strange.readKeys('session', ['g'])).rejects.toThrow(UnreadableError);
  const move = (change: string, values: string[]) =>
    pool.query(`UPDATE "SignalKey" SET ${change} WHERE "profileId" = $1 AND "keyName" = $2`, values);
  await move('"keyName" = \'i\'', [one.profileId, 'g']);
  await expect(storeOf(one).readKeys('session', ['i'])).rejects.toThrow(UnreadableError);
  await move('"profileId" = $3', [one.profileId, 'h', other.profileId]);
  await expect(storeOf(other).readKeys('session', ['h'])).rejects.toThrow(UnreadableError);
  await move('"type" = $3', [one.profileId, 'a', 'pre-key']);
  await expect(storeOf(one).readKeys('pre-key', ['a'])).rejects.toThrow(UnreadableError);
});

/** Makes every statement that writes keys take 200 ms, until the test ends. */
async function slowDown(): Promise<void> {
  await database.pool.query(`
    CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
    CREATE TRIGGER slow BEFORE INSERT ON "SignalKey" FOR EACH STATEMENT EXECUTE FUNCTION slow()`);
  onTestFinished(async () => void (await database.pool.query('DROP TRIGGER slow ON "SignalKey"')));
}

test('while a statement takes 200 ms, all that comes in meanwhile shares the next one, and the last values are kept', async () => {
  await slowDown();
  const rounds = 200;
  const written: Promise<void>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const lease of leases) written.push(writes.write(lease, { keys: [key('slow', `${round}`)] }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(written);
  expect(statements).toBeLessThan(rounds / 4);
  for (const lease of leases) {
    const stored = await storeOf(lease).readKeys('session', ['slow']);
    expect(stored.get('slow')?.toString()).toBe(`${rounds - 1}`);
  }
});

test('a write whose connection is ended under it is made again, and what came in meanwhile follows it', async () => {
  await slowDown();
  const store = storeOf(leaseAt(4));
  for (let round = 0; round < 3; round += 1) {
    const entryId = newId();
    const first = store.write({
      keys: [key('broken', `first ${round}`)],
      journal: [{ entryId, value: Buffer.from('x') }],
    });
    await waitFor(
      async () => {
        const { rowCount } = await database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'`,
        );
        return rowCount === 1;
      },
      { what: 'a statement at work', everyMs: 5 },
    );
    const second = store.write({ keys: [key('broken', `second ${round}`)] });
    await Promise.all([first, second]);
    expect((await store.readKeys('session', ['broken'])).get('broken')?.toString()).toBe(`second ${round}`);
    expect((await store.readJournal()).map((entry) => entry.entryId)).toContain(entryId);
  }
});
