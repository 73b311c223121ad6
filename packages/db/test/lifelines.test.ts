import { afterEach, expect, test } from 'vitest';
import {
  claimLeases,
  type Database,
  findSilenced,
  heartbeatWorker,
  registerWorker,
  takeLifeline,
} from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

type Connection = ReturnType<Database['ownConnection']>;

const database = useTestDatabase();
const ttlMs = 600_000;
let open: Connection[] = [];

afterEach(async () => {
  await Promise.all(open.map((connection) => connection.end()));
  open = [];
});

async function connect(): Promise<Connection> {
  const connection = database.db.ownConnection({ applicationName: 'lifeline-test', timeoutMs: 10_000 });
  // One that the server ends must not end the test.
  connection.on('error', () => undefined);
  await connection.connect();
  open.push(connection);
  return connection;
}

/** A worker on its lifeline, with one profile when it has a name for it. */
async function live(id: string, profiles?: string): Promise<Connection> {
  const connection = await connect();
  expect(await takeLifeline(connection, id)).toBe(true);
  await registerWorker(connection, { id, network: 'SANDBOX', host: 'h', pid: 1, capacity: 10, version: '1' });
  if (profiles) {
    await makeProfiles(database.db, profiles, 1);
    await claimLeases(database.db.pool, { workerId: id, network: 'SANDBOX', limit: 1, ttlMs });
  }
  return connection;
}

async function end(connection: Connection): Promise<void> {
  open = open.filter((each) => each !== connection);
  const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await connection.end();
  // The server frees what the session held a moment after it has heard of its end.
  await expect
    .poll(async () => (await database.db.pool.query('SELECT 1 FROM pg_locks WHERE pid = $1', [rows[0]?.pid])).rowCount)
    .toBe(0);
}

const claimFromDead = (connection: Connection, workerId: string, dead: string) =>
  claimLeases(connection, { workerId, network: 'SANDBOX', limit: 10, ttlMs, expired: false, deadWorkers: [dead] });

test('a worker whose lifeline ended is seen, and its leases go to another before they expire', async () => {
  const heir = await live('heir');
  const dying = await live('dying', 'inherited');
  expect(await findSilenced(heir, 'heir')).toEqual([]);
  expect(await claimFromDead(heir, 'heir', 'dying')).toEqual([]);
  await end(dying);
  expect(await findSilenced(heir, 'heir')).toEqual(['dying']);
  expect(await claimFromDead(heir, 'heir', 'dying')).toEqual([
    { profileId: 'inherited-000', generation: 2, previousWorker: 'dying', offered: false },
  ]);
});

test('one that took its lifeline again is not robbed, although it had been seen dead', async () => {
  const heir = await live('heir-2');
  await end(await live('back', 'kept'));
  expect(await findSilenced(heir, 'heir-2')).toContain('back');
  expect(await takeLifeline(await connect(), 'back')).toBe(true);
  expect(await claimFromDead(heir, 'heir-2', 'back')).toEqual([]);
  expect(await findSilenced(heir, 'heir-2')).not.toContain('back');
});

test('who connected after the last sign of life believes nobody dead: the server may have lost all locks in between', async () => {
  await end(await live('earlier', 'waits'));
  const newcomer = await live('newcomer');
  expect(await findSilenced(newcomer, 'newcomer')).not.toContain('earlier');
  expect(await claimFromDead(newcomer, 'newcomer', 'earlier')).toEqual([]);
});

test('a worker cuts its own old connection off, and the next attempt takes the lifeline', async () => {
  const old = await live('twice');
  const lost = new Promise((resolve) => old.once('end', resolve));
  const connection = await connect();
  expect(await takeLifeline(connection, 'twice')).toBe(false);
  await lost;
  open = open.filter((each) => each !== old);
  await expect.poll(() => takeLifeline(connection, 'twice')).toBe(true);
  expect(await heartbeatWorker(connection, 'twice', { sessions: 0, rssMb: 0, admitting: true })).toBeDefined();
});

test('workers of another network are none of its business', async () => {
  const live1 = await live('sandbox-worker');
  const other = await connect();
  await takeLifeline(other, 'live-worker');
  await registerWorker(other, { id: 'live-worker', network: 'LIVE', host: 'h', pid: 1, capacity: 1, version: '1' });
  await end(other);
  expect(await findSilenced(live1, 'sandbox-worker')).not.toContain('live-worker');
});
