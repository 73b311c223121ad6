import { eventOf } from '@multiwa/contracts';
import { appendEvents, type Database, type markPublished } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { createLogger, createMetrics } from '@multiwa/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { startOutbox } from '../src/outbox/publish-outbox.js';
import { makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { useOwnNats } from './support/nats.js';
import { subscribe } from './support/subscriber.js';

const database = useTestDatabase();
const nats = useOwnNats();
const logger = createLogger('outbox-test', 'silent');

function start(mark?: typeof markPublished) {
  const outbox = startOutbox({ database: database.db, bus: nats.bus, logger, metrics: createMetrics('test'), mark });
  onTestFinished(outbox.stop);
  return outbox;
}

async function record(db: Database, { workspaceId, profileId }: TestProfile, count: number, size = 10) {
  const made = Array.from({ length: count }, () =>
    eventOf('profile.qr', {
      id: newId(),
      workspaceId,
      profileId,
      data: { qr: 'x'.repeat(size), expiresAt: '2026-01-01T00:00:00.000Z' },
    }),
  );
  return db.transaction((tx) => appendEvents(tx, made));
}

const unpublished = () => database.db.prisma.event.count({ where: { publishedAt: null } });
const allPublished = () => waitFor(async () => (await unpublished()) === 0, { what: 'an empty outbox' });

test('a crash between publication and its note repeats no event and keeps the order', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  const recorded = await record(db, owner, 700);
  let crashes = 0;
  const crashing = start(async () => {
    crashes += 1;
    throw new Error('killed between publication and note');
  });
  await waitFor(() => crashes > 0, { what: 'a publication' });
  await crashing.stop();
  const outbox = start();
  const subscriber = await subscribe(nats.bus, owner.workspaceId);
  await allPublished();
  await record(db, owner, 1);
  outbox.poke();
  const seen = await subscriber.until(701);
  expect(seen.slice(0, 700).map(({ id }) => id)).toEqual(recorded.map(({ id }) => id));
  expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, index) => index + 1));
});

test('of two replicas one announces; when it stops the other goes on, and every event comes once and in order', async () => {
  const { db } = database;
  const owners = await Promise.all([makeProfile(db), makeProfile(db), makeProfile(db)]);
  const subscribers = await Promise.all(owners.map(({ workspaceId }) => subscribe(nats.bus, workspaceId)));
  const [first, second] = [start(), start()];
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(owners.map((owner) => record(db, owner, 10)));
    (round % 2 ? first : second).poke();
    if (round === 10) await first.stop();
  }
  for (const subscriber of subscribers) {
    const seen = await subscriber.until(200);
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, index) => index + 1));
  }
});

test('an event too large to announce leaves a visible gap and holds up nothing', async () => {
  const { db } = database;
  const owner = await makeProfile(db);
  await record(db, owner, 1);
  await record(db, owner, 1, 9_000_000);
  await record(db, owner, 1);
  start();
  const subscriber = await subscribe(nats.bus, owner.workspaceId);
  const seen = await subscriber.until(2);
  expect(seen.map(({ sequence }) => sequence)).toEqual([1, 3]);
  await allPublished();
});
