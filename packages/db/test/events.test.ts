import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { appendEvents, type Database, markPublished, type NewEvent, takeUnpublished } from '../src/index.js';
import { useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();

function newEvent(profileId: string | null, workspaceId = 'ws'): NewEvent {
  return { id: randomUUID(), workspaceId, profileId, type: 'message.sent', version: 1, data: { text: 'é "x"' } };
}

const append = (db: Database, events: NewEvent[]) => db.transaction((tx) => appendEvents(tx, events));

async function sequences({ prisma }: Database, stream: string): Promise<number[]> {
  const rows = await prisma.event.findMany({ where: { stream }, orderBy: { position: 'asc' } });
  return rows.map(({ sequence }) => sequence);
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test('eight writers at once leave every stream contiguous, in the order of positions', async () => {
  const { db } = database;
  const streams = ['c1', 'c2', 'c3', 'c4', 'c5'];
  const written = new Map(streams.map((stream) => [stream, 0]));
  const writer = async (seed: number) => {
    for (let batch = 0; batch < 40; batch += 1) {
      // A different order of streams for each writer: what deadlocks without sorting.
      const events = Array.from({ length: 6 }, (_, n) =>
        newEvent(streams[(seed * 3 + batch + n * (seed + 1)) % 5] ?? null),
      );
      for (const { profileId } of events) written.set(profileId ?? '', (written.get(profileId ?? '') ?? 0) + 1);
      await append(db, events);
    }
  };
  await Promise.all(upTo(8).map(writer));
  for (const [stream, count] of written) expect(await sequences(db, stream)).toEqual(upTo(count));
});

test('batches of many streams in opposite orders never meet in a deadlock', async () => {
  const { db } = database;
  const { rows: before } = await db.pool.query(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  const streams = upTo(20).map((n) => `d${n}`);
  const rounds = upTo(20).flatMap(() => [
    append(
      db,
      streams.map((stream) => newEvent(stream)),
    ),
    append(
      db,
      [...streams].reverse().map((stream) => newEvent(stream)),
    ),
  ]);
  await Promise.all(rounds);
  const { rows: after } = await db.pool.query(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  expect(after).toEqual(before);
  expect(await sequences(db, 'd20')).toEqual(upTo(40));
});

test('a batch keeps its order within each stream and returns what it wrote', async () => {
  const events = [newEvent('o1'), newEvent(null, 'o-ws'), newEvent('o1'), newEvent('o2'), newEvent('o1')];
  const appended = await append(database.db, events);
  expect(appended.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  expect(appended.map(({ stream, sequence }) => [stream, sequence])).toEqual([
    ['o1', 1],
    ['o-ws', 1],
    ['o1', 2],
    ['o2', 1],
    ['o1', 3],
  ]);
  expect(appended[0]?.data).toEqual({ text: 'é "x"' });
});

test('events delivered again add nothing and take no sequence, also beside new ones', async () => {
  const { db } = database;
  const first = newEvent('r1');
  await append(db, [first]);
  expect(await append(db, [first])).toEqual([]);
  const second = newEvent('r1');
  expect((await append(db, [first, second, second])).map(({ sequence }) => sequence)).toEqual([2]);
  expect(await sequences(db, 'r1')).toEqual([1, 2]);
});

test('the same events delivered to eight replicas at once are written once', async () => {
  const { db } = database;
  // The stream exists: otherwise making its row would already keep the replicas apart.
  await append(db, [newEvent('r2')]);
  const events = upTo(10).map(() => newEvent('r2'));
  const results = await Promise.all(upTo(8).map(() => append(db, events)));
  expect(results.flat()).toHaveLength(10);
  expect(await sequences(db, 'r2')).toEqual(upTo(11));
});

test('a transaction that is undone leaves no gap', async () => {
  const { db } = database;
  await append(db, [newEvent('g1')]);
  const undone = db.transaction(async (tx) => {
    await appendEvents(tx, [newEvent('g1'), newEvent('g1')]);
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  await append(db, [newEvent('g1')]);
  expect(await sequences(db, 'g1')).toEqual([1, 2]);
});

test('what is not yet announced is taken oldest first until it is marked', async () => {
  const { db } = database;
  await db.prisma.event.updateMany({ data: { publishedAt: new Date() } });
  const events = upTo(5).map(() => newEvent('p1'));
  await append(db, events);
  const taken = await takeUnpublished(db.pool, 3);
  expect(taken.map(({ id, sequence }) => [id, sequence])).toEqual(events.slice(0, 3).map(({ id }, n) => [id, n + 1]));
  expect(taken[0]).toMatchObject(events[0] ?? {});
  await markPublished(
    db.pool,
    taken.map(({ id }) => id),
  );
  expect((await takeUnpublished(db.pool, 10)).map(({ sequence }) => sequence)).toEqual([4, 5]);
});

test('an event that the catalog lacks is not recorded, and with it nothing of its transaction', async () => {
  const { db } = database;
  const unheard = { ...newEvent('unheard'), type: 'message.unheard' };
  const newer = { ...newEvent('unheard'), version: 99 };
  for (const event of [unheard, newer]) {
    await expect(append(db, [newEvent('unheard'), event])).rejects.toThrow(/catalog of events has no message\./);
  }
  expect(await sequences(db, 'unheard')).toEqual([]);
});
