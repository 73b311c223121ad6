import { expect, test } from 'vitest';
import {
  claimLeases,
  clearSession,
  deleteJournal,
  forgetSession,
  type Lease,
  loadSession,
  purgeForgotten,
  readJournal,
  readSignalKeys,
  StaleGenerationError,
  undoForgetSession,
  writeSessionState,
} from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const sealed = (text: string) => ({ keyId: 'k1', ciphertext: new TextEncoder().encode(text) });
const key = (keyName: string, text: string) => ({ type: 'session', keyName, ...sealed(text) });
const dropped = (keyName: string) => ({ type: 'session', keyName, keyId: 'k1', ciphertext: null });

async function own(prefix: string, count = 1): Promise<Lease[]> {
  await makeProfiles(database.db, prefix, count);
  const claim = { workerId: prefix, network: 'SANDBOX', limit: 1_000, ttlMs: 600_000 } as const;
  const leases = await claimLeases(database.db.pool, claim);
  return leases.sort((a, b) => a.profileId.localeCompare(b.profileId));
}

async function ownOne(prefix: string): Promise<Lease> {
  const [lease] = await own(prefix);
  if (!lease) throw new Error('nothing was claimed');
  return lease;
}

async function keysOf(profileId: string, ...names: string[]): Promise<Record<string, string>> {
  const rows = await readSignalKeys(database.db.pool, profileId, 'session', names);
  return Object.fromEntries(rows.map(({ keyName, ciphertext }) => [keyName, Buffer.from(ciphertext).toString()]));
}

const journalOf = async (profileId: string) =>
  (await readJournal(database.db.pool, profileId)).map(({ entryId }) => entryId);

test('the state of many profiles is written at once and read back byte for byte', async () => {
  const { pool } = database.db;
  const leases = await own('many', 50);
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const outcomes = await writeSessionState(
    pool,
    leases.map((lease) => ({
      ...lease,
      credential: { keyId: 'k1', ciphertext: everyByte },
      keys: [key('a', `a of ${lease.profileId}`), key('b', 'b')],
      journal: { put: [{ entryId: 'e1', ...sealed('entry') }] },
    })),
  );
  expect(new Set(outcomes)).toEqual(new Set(['written']));
  const profileId = leases[7]?.profileId ?? '';
  const stored = await loadSession(pool, profileId);
  expect(stored).toMatchObject({ keyId: 'k1', generation: 1 });
  expect(Uint8Array.from(stored?.ciphertext ?? [])).toEqual(everyByte);
  expect(await keysOf(profileId, 'a', 'b', 'missing')).toEqual({ a: `a of ${profileId}`, b: 'b' });
  expect(await journalOf(profileId)).toEqual(['e1']);
});

test('a stale profile is refused without failing the others, and nothing of its part is kept', async () => {
  const { pool, prisma } = database.db;
  const [kept, lost] = await own('mixed', 2);
  if (!kept || !lost) throw new Error('two leases expected');
  await prisma.sessionLease.update({ where: { profileId: lost.profileId }, data: { generation: { increment: 1 } } });
  const part = {
    credential: sealed('c'),
    keys: [key('a', 'a')],
    journal: { put: [{ entryId: 'e', ...sealed('e') }] },
  };
  const outcomes = await writeSessionState(pool, [
    { ...lost, ...part },
    { ...kept, ...part },
    { profileId: 'nobody', generation: 1, ...part },
  ]);
  expect(outcomes).toEqual(['stale', 'written', 'stale']);
  expect(await loadSession(pool, lost.profileId)).toBeUndefined();
  expect(await keysOf(lost.profileId, 'a')).toEqual({});
  expect(await journalOf(lost.profileId)).toEqual([]);
  expect(await keysOf(kept.profileId, 'a')).toEqual({ a: 'a' });
});

test('a stale owner can delete neither keys nor journal entries', async () => {
  const { pool, prisma } = database.db;
  const lease = await ownOne('thief');
  await writeSessionState(pool, [
    { ...lease, keys: [key('a', 'a')], journal: { put: [{ entryId: 'e', ...sealed('e') }] } },
  ]);
  await prisma.sessionLease.update({ where: { profileId: lease.profileId }, data: { generation: { increment: 1 } } });
  const writes = [{ ...lease, keys: [dropped('a')], journal: { delete: ['e'] } }];
  expect(await writeSessionState(pool, writes)).toEqual(['stale']);
  await expect(deleteJournal(pool, lease.profileId, lease.generation, ['e'])).rejects.toThrow(StaleGenerationError);
  await expect(forgetSession(pool, lease.profileId, lease.generation)).rejects.toThrow(StaleGenerationError);
  await expect(clearSession(pool, lease.profileId, lease.generation)).rejects.toThrow(StaleGenerationError);
  expect(await keysOf(lease.profileId, 'a')).toEqual({ a: 'a' });
  expect(await journalOf(lease.profileId)).toEqual(['e']);
});

test('of several writes of one key in a batch the last counts', async () => {
  const lease = await ownOne('last');
  await writeSessionState(database.db.pool, [
    { ...lease, keys: [key('a', '1'), key('a', '2'), key('b', '1')] },
    { ...lease, keys: [key('a', '3'), dropped('b'), dropped('c'), key('c', '1')] },
  ]);
  expect(await keysOf(lease.profileId, 'a', 'b', 'c')).toEqual({ a: '3', c: '1' });
});

test('journal entries are read oldest first and leave one by one', async () => {
  const { pool } = database.db;
  const lease = await ownOne('journal');
  const entry = (entryId: string) => ({ entryId, ...sealed(entryId) });
  for (const entryId of ['e1', 'e2']) await writeSessionState(pool, [{ ...lease, journal: { put: [entry(entryId)] } }]);
  // Times have milliseconds, so that two entries may share one: then their ids, which are made in order, decide.
  expect(await journalOf(lease.profileId)).toEqual(['e1', 'e2']);
  await pool.query(
    `UPDATE "InboundJournal" SET "createdAt" = "createdAt" - interval '1 second' WHERE "entryId" = 'e2'`,
  );
  await writeSessionState(pool, [{ ...lease, journal: { put: [entry('e3')], delete: ['e3'] } }]);
  expect(await journalOf(lease.profileId)).toEqual(['e2', 'e1']);
  await deleteJournal(pool, lease.profileId, lease.generation, ['e2']);
  expect(await journalOf(lease.profileId)).toEqual(['e1']);
});

test('after a logout nothing loads the credential; the journal stays, and an operator can undo it', async () => {
  const { pool } = database.db;
  const lease = await ownOne('undo');
  const { profileId, generation } = lease;
  const journal = { put: [{ entryId: 'e', ...sealed('e') }] };
  await writeSessionState(pool, [{ ...lease, credential: sealed('c'), keys: [key('a', 'a')], journal }]);
  await forgetSession(pool, profileId, generation);
  expect(await loadSession(pool, profileId)).toBeUndefined();
  expect(await journalOf(profileId)).toEqual(['e']);
  expect(await purgeForgotten(pool)).toEqual([]);
  expect(await undoForgetSession(pool, profileId)).toBe(true);
  expect(await loadSession(pool, profileId)).toMatchObject({ keyId: 'k1' });
  expect(await keysOf(profileId, 'a')).toEqual({ a: 'a' });
});

test('a new linking starts without anything of the old identity, and never over a live one', async () => {
  const { pool } = database.db;
  const lease = await ownOne('relink');
  const { profileId, generation } = lease;
  await writeSessionState(pool, [{ ...lease, credential: sealed('old'), keys: [key('a', 'old')] }]);
  await expect(clearSession(pool, profileId, generation)).rejects.toMatchObject({ code: 'session_linked' });
  expect(await keysOf(profileId, 'a')).toEqual({ a: 'old' });
  await forgetSession(pool, profileId, generation);
  await clearSession(pool, profileId, generation);
  expect(await keysOf(profileId, 'a')).toEqual({});
  expect(await undoForgetSession(pool, profileId)).toBe(false);
  await writeSessionState(pool, [{ ...lease, credential: sealed('new') }]);
  expect(Buffer.from((await loadSession(pool, profileId))?.ciphertext ?? []).toString()).toBe('new');
});

test('what was forgotten long enough ago is purged with its keys', async () => {
  const { pool, prisma } = database.db;
  const lease = await ownOne('purge');
  const { profileId, generation } = lease;
  await writeSessionState(pool, [{ ...lease, credential: sealed('c'), keys: [key('a', 'a')] }]);
  await forgetSession(pool, profileId, generation);
  await pool.query(`UPDATE "SessionCredential" SET "deletedAt" = now() - interval '8 days' WHERE "profileId" = $1`, [
    profileId,
  ]);
  expect(await purgeForgotten(pool)).toEqual([profileId]);
  expect(await prisma.signalKey.count({ where: { profileId } })).toBe(0);
});
