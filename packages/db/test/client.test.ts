import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { isConnectionError, isForeignKeyViolation, isUniqueViolation, openDatabase } from '../src/index.js';
import { makeProfiles, useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();

test('Prisma, plain SQL and the server mean the same moment, in whatever zones they live', async () => {
  const [id = ''] = await makeProfiles(database.db, 'clock', 1);
  await database.db.pool.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Asia/Jakarta'); END $$`,
  );
  const zone = process.env.TZ;
  process.env.TZ = 'America/Lima';
  const own = openDatabase({ url: database.url, poolSize: 2 });
  try {
    const moment = new Date('2026-11-23T05:28:00.123Z');
    const started = Date.now();
    await own.pool.query('UPDATE "Profile" SET "connectedAt" = $1, "lastSeenAt" = now() WHERE "id" = $2', [moment, id]);
    const times = { connectedAt: true, lastSeenAt: true, createdAt: true };
    const byPrisma = await own.prisma.profile.findUniqueOrThrow({ where: { id }, select: times });
    const byPool = await own.pool.query(
      'SELECT "connectedAt", "lastSeenAt", "createdAt" FROM "Profile" WHERE "id" = $1',
      [id],
    );
    expect(byPrisma.connectedAt).toEqual(moment);
    expect(byPool.rows).toEqual([byPrisma]);
    // Hours apart if a zone were mistaken; the clocks of one machine agree far better.
    expect(Math.abs((byPrisma.lastSeenAt?.getTime() ?? 0) - started)).toBeLessThan(600_000);
  } finally {
    await own.close();
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test('a transaction that meets a conflict is done again, from its beginning', async () => {
  const { db } = database;
  const ids = await makeProfiles(db, 'conflict', 2);
  const rename = (id: string | undefined) => `UPDATE "Profile" SET "name" = "name" || '+' WHERE "id" = '${id}'`;
  let attempts = 0;
  let bothHoldOne = () => {};
  const met = new Promise<void>((resolve) => {
    bothHoldOne = resolve;
  });
  const crossing = (first: string | undefined, second: string | undefined) =>
    db.transaction(async (tx) => {
      await tx.query(rename(first));
      attempts += 1;
      if (attempts === 2) bothHoldOne();
      await met;
      await tx.query(rename(second));
    });
  await Promise.all([crossing(ids[0], ids[1]), crossing(ids[1], ids[0])]);
  // Whoever was undone may meet the other once more before both are through.
  expect(attempts).toBeGreaterThanOrEqual(3);
  const names = (await db.prisma.profile.findMany({ where: { id: { in: ids } } })).map(({ name, id }) => [name, id]);
  for (const [name, id] of names) expect(name).toBe(`${id}++`);
});

test('a transaction that throws is undone and its connection serves on', async () => {
  const { db } = database;
  const failing = db.transaction(async (tx) => {
    await tx.query(`INSERT INTO "Organization" ("id", "name") VALUES ('undone', 'undone')`);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await db.prisma.organization.findUnique({ where: { id: 'undone' } })).toBeNull();
  expect(db.pool.waitingCount).toBe(0);
  expect(db.pool.idleCount).toBe(db.pool.totalCount);
});

test('a violated key is told alike by Prisma and by plain SQL', async () => {
  const { pool, prisma } = database.db;
  const insert = `INSERT INTO "Organization" ("id", "name") VALUES ('twice', 'twice')`;
  await pool.query(insert);
  const byPool = await pool.query(insert).catch((error: unknown) => error);
  const byPrisma = await prisma.organization
    .create({ data: { id: 'twice', name: '' } })
    .catch((error: unknown) => error);
  expect([byPool, byPrisma].map((error) => isUniqueViolation(error))).toEqual([true, true]);
  expect(isUniqueViolation(byPool, 'Organization_pkey')).toBe(true);
  expect(isUniqueViolation(byPool, 'User_email_key')).toBe(false);
  const orphan = { id: 'orphan', name: '', organizationId: 'nobody' };
  const noParent = await prisma.workspace.create({ data: orphan }).catch((error: unknown) => error);
  expect(isForeignKeyViolation(noParent)).toBe(true);
});

test('a server that is still starting is told as one that is away, by Prisma and by plain SQL', async () => {
  const fields = ['SFATAL', 'VFATAL', 'C57P03', 'Mthe database system is starting up'].map((field) => `${field}\0`);
  const body = Buffer.from(`${fields.join('')}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from('E'), length, body])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const starting = openDatabase({ url: `postgresql://nobody:nothing@127.0.0.1:${port}/starting` });
  try {
    const told = await Promise.all(
      [starting.pool.query('SELECT 1'), starting.prisma.organization.count()].map((asked) =>
        asked.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    expect(told.map(isConnectionError)).toEqual([true, true]);
  } finally {
    await starting.close();
    server.close();
  }
});

test('connections that the server ends are replaced, and do not end the process', async () => {
  const broken: Error[] = [];
  const own = openDatabase({
    url: database.url,
    poolSize: 2,
    applicationName: 'cut',
    onIdleError: (e) => broken.push(e),
  });
  try {
    await own.prisma.organization.count();
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'`;
    await database.db.pool.query(cut);
    await expect.poll(() => broken.length).toBe(1);
    expect(await own.prisma.organization.count()).toBeGreaterThanOrEqual(0);
    const inUse = own.transaction(async (tx) => {
      await database.db.pool.query(cut);
      await tx.query('SELECT 1');
    });
    await expect(inUse).rejects.toThrow();
    expect((await own.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await own.close();
  }
});

test('a statement that takes too long is ended by the server', async () => {
  const own = openDatabase({ url: database.url, statementTimeoutMs: 50 });
  await expect(own.pool.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' });
  await own.close();
});
