import { expect, test } from 'vitest';
import {
  claimLeases,
  heartbeatWorker,
  markDraining,
  offerLease,
  pruneWorkers,
  readLoad,
  registerWorker,
  removeWorker,
} from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const aliveMs = 30_000;
const worker = (id: string, capacity: number, network: 'LIVE' | 'SANDBOX' = 'LIVE') =>
  ({ id, network, host: 'h', pid: 1, capacity, version: '1' }) as const;
const signs = { sessions: 3, rssMb: 120, admitting: false };
const ago = (id: string, time: string) =>
  database.db.pool.query(`UPDATE "EngineWorker" SET "seenAt" = now() - $2::interval WHERE "id" = $1`, [id, time]);

test('the load counts living workers, what each owns or is being given, and the profiles that want an owner', async () => {
  const { pool } = database.db;
  await makeProfiles(database.db, 'counted', 7, { network: 'LIVE' });
  await makeProfiles(database.db, 'idle', 3, { network: 'LIVE', desiredState: 'DISCONNECTED' });
  for (const [id, capacity] of [
    ['a', 100] as const,
    ['b', 50] as const,
    ['draining', 50] as const,
    ['dead', 50] as const,
  ])
    await registerWorker(pool, worker(id, capacity));
  await markDraining(pool, 'draining');
  await ago('dead', '1 hour');
  const [lease] = await claimLeases(pool, { workerId: 'a', network: 'LIVE', limit: 4, ttlMs: 60_000 });
  await offerLease(pool, lease ?? { profileId: '', generation: 0 }, 'b', 60_000);
  const load = (id: string, capacity: number, sessions: number, leaving = false) => ({
    id,
    capacity,
    sessions,
    admitting: true,
    leaving,
  });
  expect(await readLoad(pool, 'LIVE', aliveMs)).toEqual({
    wanted: 7,
    workers: [load('a', 100, 3), load('b', 50, 1), load('draining', 50, 0, true)],
  });
  expect((await readLoad(pool, 'LIVE', aliveMs, ['a'])).workers.map(({ id }) => id)).toEqual(['b', 'draining']);
  expect(await readLoad(pool, 'SANDBOX', aliveMs)).toEqual({ workers: [], wanted: 0 });
});

test('a sign of life keeps the row up to date, and brings what an operator wants', async () => {
  const { pool, prisma } = database.db;
  await registerWorker(pool, worker('signs', 10, 'SANDBOX'));
  expect(await heartbeatWorker(pool, 'signs', signs)).toEqual({ drainRequested: false });
  expect(await prisma.engineWorker.findUniqueOrThrow({ where: { id: 'signs' } })).toMatchObject(signs);
  await prisma.engineWorker.update({ where: { id: 'signs' }, data: { drainRequested: true } });
  await registerWorker(pool, worker('signs', 10, 'SANDBOX'));
  expect(await heartbeatWorker(pool, 'signs', signs)).toEqual({ drainRequested: true });
});

test('a worker that was removed is told so by its next heartbeat', async () => {
  const { pool } = database.db;
  await registerWorker(pool, worker('gone', 1));
  await removeWorker(pool, 'gone');
  expect(await heartbeatWorker(pool, 'gone', signs)).toBeUndefined();
});

test('lost workers are forgotten a minute after their end when nothing is theirs, else after a day', async () => {
  const { pool, prisma } = database.db;
  await makeProfiles(database.db, 'prune', 2, { network: 'SANDBOX' });
  for (const id of ['lost-empty', 'lost-owner', 'lost-long', 'lost-now'])
    await registerWorker(pool, worker(id, 10, 'SANDBOX'));
  await claimLeases(pool, { workerId: 'lost-owner', network: 'SANDBOX', limit: 1, ttlMs: 1_000 });
  await claimLeases(pool, { workerId: 'lost-long', network: 'SANDBOX', limit: 1, ttlMs: 1_000 });
  for (const id of ['lost-empty', 'lost-owner']) await ago(id, '2 minutes');
  await ago('lost-long', '25 hours');
  expect((await pruneWorkers(pool, 'SANDBOX')).sort()).toEqual(['lost-empty', 'lost-long']);
  expect(await prisma.engineWorker.count({ where: { id: { in: ['lost-owner', 'lost-now'] } } })).toBe(2);
});
