import { expect, test } from 'vitest';
import {
  assertGeneration,
  type Claim,
  claimLeases,
  findArrived,
  type Lease,
  offerLease,
  releaseAll,
  releaseLease,
  renewLeases,
  StaleGenerationError,
} from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const ttlMs = 600_000;
const claim = (workerId: string, limit = 100, network: 'LIVE' | 'SANDBOX' = 'SANDBOX') =>
  claimMore({ workerId, network, limit });
const claimMore = async (claim: Partial<Claim> & Pick<Claim, 'workerId'>): Promise<Lease[]> => {
  const claimed = await claimLeases(database.db.pool, { network: 'SANDBOX', limit: 100, ttlMs, ...claim });
  return claimed.map(({ profileId, generation }) => ({ profileId, generation }));
};
const expire = (profileId: string) =>
  database.db.pool.query(`UPDATE "SessionLease" SET "expiresAt" = now() - interval '1 second' WHERE "profileId" = $1`, [
    profileId,
  ]);

/** One profile that only this test's worker owns. */
async function ownOne(prefix: string): Promise<Lease> {
  const [profileId = ''] = await makeProfiles(database.db, prefix, 1);
  await claim(`${prefix}-worker`);
  const lease = await database.db.prisma.sessionLease.findUniqueOrThrow({ where: { profileId } });
  return { profileId, generation: lease.generation };
}

test('workers that claim at once share the profiles without overlap', async () => {
  const ids = await makeProfiles(database.db, 'share', 60);
  const workers = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
  const claimed = (await Promise.all(workers.map((worker) => claim(worker, 10)))).flat();
  // Those passed by because another was claiming them come with the next poll.
  while (claimed.length < ids.length) claimed.push(...(await claim('w1', 60)));
  expect(claimed.map(({ profileId }) => profileId).sort()).toEqual(ids);
  expect(new Set(claimed.map(({ generation }) => generation))).toEqual(new Set([1]));
});

test('a worker claims no more than its limit, and only on its network', async () => {
  await makeProfiles(database.db, 'limit', 5, { network: 'LIVE' });
  expect(await claim('sandbox-worker')).toEqual([]);
  expect(await claim('live-worker', 2, 'LIVE')).toHaveLength(2);
  expect(await claim('live-worker', 0, 'LIVE')).toEqual([]);
});

test('only wanted profiles are claimed; a logout is wanted as long as a live credential stands', async () => {
  const { db } = database;
  const [idle = '', leaving = '', gone = '', deleted = ''] = await makeProfiles(db, 'wanted', 4);
  await db.prisma.profile.update({ where: { id: idle }, data: { desiredState: 'DISCONNECTED' } });
  await db.prisma.profile.updateMany({ where: { id: { in: [leaving, gone] } }, data: { desiredState: 'LOGGED_OUT' } });
  await db.prisma.profile.updateMany({ where: { id: { in: [leaving, deleted] } }, data: { deletedAt: new Date() } });
  const credential = { keyId: 'k', ciphertext: Buffer.from('x'), generation: 0, updatedAt: new Date() };
  await db.prisma.sessionCredential.create({ data: { profileId: leaving, ...credential } });
  await db.prisma.sessionCredential.create({ data: { profileId: gone, ...credential, deletedAt: new Date() } });
  expect(await claim('wanted-worker')).toEqual([{ profileId: leaving, generation: 1 }]);
});

test('an expired lease goes to the next claimer with a higher generation, and its old owner loses it', async () => {
  const { profileId, generation } = await ownOne('expired');
  expect(await claim('thief')).toEqual([]);
  await expire(profileId);
  expect(await claim('thief')).toEqual([{ profileId, generation: generation + 1 }]);
  expect(await renewLeases(database.db.pool, 'expired-worker', ttlMs)).toEqual([]);
  expect(await releaseLease(database.db.pool, profileId, generation)).toBe(false);
});

test('one statement renews everything that a worker owns, even what expired unclaimed', async () => {
  const { db } = database;
  const ids = await makeProfiles(db, 'renew', 3);
  const owned = await claim('renew-worker');
  await expire(ids[1] ?? '');
  const renewed = await renewLeases(db.pool, 'renew-worker', ttlMs);
  const byId = (a: Lease, b: Lease) => a.profileId.localeCompare(b.profileId);
  expect(renewed.sort(byId)).toEqual(owned.sort(byId));
  expect(await claim('other')).toEqual([]);
});

test('a released lease is free at once and its generation is never given again', async () => {
  const { profileId, generation } = await ownOne('release');
  expect(await releaseLease(database.db.pool, profileId, generation)).toBe(true);
  expect(await claim('release-2')).toEqual([{ profileId, generation: generation + 1 }]);
  expect(await releaseAll(database.db.pool, 'release-2')).toEqual([{ profileId, generation: generation + 1 }]);
  expect(await claim('release-3')).toEqual([{ profileId, generation: generation + 2 }]);
});

test('a claim passes a lease by while a fenced write is open, and takes it once the write is committed', async () => {
  const { db } = database;
  const { profileId, generation } = await ownOne('open-write');
  await db.transaction(async (tx) => {
    await assertGeneration(tx, profileId, generation);
    await expire(profileId);
    expect(await claim('open-write-2')).toEqual([]);
    // The write's own worker is not held up by its fence.
    expect(await renewLeases(db.pool, 'open-write-worker', ttlMs)).toContainEqual({ profileId, generation });
  });
  await expire(profileId);
  expect(await claim('open-write-2')).toEqual([{ profileId, generation: generation + 1 }]);
});

test('a fenced write that meets a claim being committed waits for it and is then refused', async () => {
  const { db } = database;
  const { profileId, generation } = await ownOne('meets-claim');
  await expire(profileId);
  const claimer = await db.pool.connect();
  try {
    await claimer.query('BEGIN');
    const claimed = await claimLeases(claimer, { workerId: 'meets-2', network: 'SANDBOX', limit: 100, ttlMs });
    expect(claimed).toMatchObject([{ profileId, generation: generation + 1 }]);
    const write = db.transaction((tx) => assertGeneration(tx, profileId, generation));
    const refused = expect(write).rejects.toBeInstanceOf(StaleGenerationError);
    await expect.poll(() => waitingForLock(), { timeout: 10_000 }).toBe(true);
    await claimer.query('COMMIT');
    await refused;
  } finally {
    claimer.release();
  }
});

async function waitingForLock(): Promise<boolean> {
  const { rows } = await database.db.pool.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

test('the write of an older generation is undone whole', async () => {
  const { db } = database;
  const { profileId, generation } = await ownOne('stale');
  await expire(profileId);
  await claim('stale-2');
  const write = db.transaction(async (tx) => {
    await tx.query(`UPDATE "Profile" SET "name" = 'by the old owner' WHERE "id" = $1`, [profileId]);
    await assertGeneration(tx, profileId, generation);
  });
  await expect(write).rejects.toMatchObject({ code: 'stale_generation', profileId, generation });
  expect((await db.prisma.profile.findUniqueOrThrow({ where: { id: profileId } })).name).toBe(profileId);
});

test('an offered lease is only for the worker that it was offered to, and for anybody once the offer has run out', async () => {
  const { db } = database;
  const { profileId, generation } = await ownOne('offered');
  const lease = { profileId, generation };
  expect(await offerLease(db.pool, lease, 'offered-2', 600_000)).toBe(true);
  expect(await claim('offered-3')).toEqual([]);
  // It need not be within the share of the one that was chosen.
  const [taken] = await claimLeases(db.pool, {
    workerId: 'offered-2',
    network: 'SANDBOX',
    limit: 0,
    offeredLimit: 1,
    ttlMs,
  });
  expect(taken).toEqual({ profileId, generation: generation + 1, previousWorker: null, offered: true });
  expect(await offerLease(db.pool, lease, 'offered-3', 600_000)).toBe(false);

  expect(await offerLease(db.pool, { profileId, generation: generation + 1 }, 'offered-3', -1)).toBe(true);
  expect(await claim('offered-2')).toEqual([{ profileId, generation: generation + 2 }]);
  expect(await db.prisma.sessionLease.findUniqueOrThrow({ where: { profileId } })).toMatchObject({
    offeredTo: null,
    offeredUntil: null,
  });
});

test('what was handed over counts as arrived once its next owner has said how it stands', async () => {
  const { db } = database;
  const lease = await ownOne('arrives');
  const { profileId: id, generation } = lease;
  const says = (statusGeneration: number, status: 'CONNECTING' | 'CONNECTED') =>
    db.prisma.profile.update({ where: { id }, data: { statusGeneration, status } });
  await says(generation, 'CONNECTED');
  expect(await findArrived(db.pool, [lease])).toEqual([]);
  await says(generation + 1, 'CONNECTING');
  expect(await findArrived(db.pool, [lease])).toEqual([]);
  await says(generation + 1, 'CONNECTED');
  expect(await findArrived(db.pool, [lease])).toEqual([id]);
});

test('a worker that was cut off itself may leave expired leases to their owners, and still take free ones', async () => {
  const { profileId, generation } = await ownOne('cut-off');
  const [free = ''] = await makeProfiles(database.db, 'cut-off-free', 1);
  await expire(profileId);
  expect(await claimMore({ workerId: 'cut-off-2', expired: false })).toEqual([{ profileId: free, generation: 1 }]);
  expect(await claim('cut-off-2')).toEqual([{ profileId, generation: generation + 1 }]);
});
