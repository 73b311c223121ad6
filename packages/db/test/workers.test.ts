import { expect, test } from 'vitest';
import { countShare, fairShare, heartbeatWorker, markDraining, registerWorker, removeWorker } from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const aliveMs = 30_000;
const worker = (id: string, capacity: number) =>
  ({ id, network: 'LIVE', host: 'h', pid: 1, capacity, version: '1' }) as const;

test('the share counts living workers that take work, and the profiles that want an owner', async () => {
  const { pool } = database.db;
  await makeProfiles(database.db, 'counted', 7, { network: 'LIVE' });
  await makeProfiles(database.db, 'idle', 3, { network: 'LIVE', desiredState: 'DISCONNECTED' });
  await registerWorker(pool, worker('a', 100));
  await registerWorker(pool, worker('b', 50));
  await registerWorker(pool, worker('draining', 50));
  await markDraining(pool, 'draining');
  await registerWorker(pool, worker('dead', 50));
  await pool.query(`UPDATE "EngineWorker" SET "seenAt" = now() - interval '1 hour' WHERE "id" = 'dead'`);
  expect(await countShare(pool, 'LIVE', aliveMs)).toEqual({ workers: 2, capacity: 150, wanted: 7 });
  expect(await countShare(pool, 'SANDBOX', aliveMs)).toEqual({ workers: 0, capacity: 0, wanted: 0 });
  expect(await heartbeatWorker(pool, 'dead')).toBe(true);
  expect(await countShare(pool, 'LIVE', aliveMs)).toMatchObject({ workers: 3 });
});

test('a worker that was removed is told so by its next heartbeat', async () => {
  const { pool } = database.db;
  await registerWorker(pool, worker('gone', 1));
  await removeWorker(pool, 'gone');
  expect(await heartbeatWorker(pool, 'gone')).toBe(false);
});

test.each([
  [{ workers: 3, capacity: 300, wanted: 10 }, 100, 4],
  [{ workers: 2, capacity: 150, wanted: 30 }, 50, 10],
  [{ workers: 2, capacity: 20, wanted: 1_000 }, 10, 10],
  [{ workers: 0, capacity: 0, wanted: 5 }, 10, 5],
  [{ workers: 1, capacity: 10, wanted: 0 }, 10, 0],
])('the parts of %o cover everything within capacity: %i takes %i', (share, own, expected) => {
  expect(fairShare(share, own)).toBe(expected);
});
