import { broadcastsRepository, claimBroadcasts, type Prisma } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { makeAcceptNext } from '../src/broadcasts/accept-next.js';
import { makeBroadcast, makeProfile, openWorld, playEngine, playOutbox, type World } from './broadcast-world.js';

const hourMs = 3_600_000;
/** The broadcast's row keeps no slot back: these tests are about who is sent to. */
const pace = { messagesPerMinute: 1200 };

let world: World;
let owner: Awaited<ReturnType<typeof makeProfile>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  owner = await makeProfile(world.db);
});
afterEach(() => world.stopSchedulers());

const endless = { kind: 'reachout_timelock', until: null, enforcementType: 'DEFAULT' };
const restrict = (restriction: { kind: string } & Prisma.InputJsonObject) =>
  world.db.prisma.profile.update({
    where: { id: owner.profileId },
    data: { health: 'RESTRICTED', healthReason: restriction.kind, restriction },
  });
const lift = () =>
  world.db.pool.query(
    `UPDATE "Profile" SET "health" = 'OK', "healthReason" = NULL, "restriction" = NULL WHERE "id" = $1`,
    [owner.profileId],
  );
const recipients = (broadcastId: string) =>
  world.db.prisma.broadcastRecipient.findMany({ where: { broadcastId }, orderBy: { position: 'asc' } });
const counts = async (id: string) => (await broadcastsRepository(world.db).counts([id])).get(id) ?? {};
const told = async () => {
  const where = { profileId: owner.profileId, type: 'broadcast.status' };
  const rows = await world.db.prisma.event.findMany({ where, orderBy: { sequence: 'asc' } });
  return rows.map(({ data }) => data as { status: string; frozen?: { until: string | null } });
};
const until = (what: string, condition: () => Promise<boolean> | boolean) =>
  waitFor(async () => (await condition()) || undefined, { what, timeoutMs: 40_000, everyMs: 25 });

/** These recipients have written to the profile before. */
async function warm(broadcastId: string, positions: readonly number[]): Promise<string[]> {
  const all = await recipients(broadcastId);
  const { prisma } = world.db;
  return Promise.all(
    positions.map(async (position) => {
      const chat = all[position]?.chat ?? '';
      const phone = chat.split('@')[0];
      const { id: contactId } = await prisma.contact.create({
        data: { id: newId(), profileId: owner.profileId, phone },
      });
      const message = { ...owner, id: newId(), chat, contactId, waMessageId: newId(), fromMe: false };
      const content = { type: 'TEXT', text: 'Hello' };
      await prisma.message.create({ data: { ...message, type: 'TEXT', content, status: 'DELIVERED' } });
      return chat;
    }),
  );
}

/** Steps until one leads to this, waiting for the pace where it has to; the outcomes on the way. */
async function stepTo(wanted: string, id: string): Promise<string[]> {
  const step = makeAcceptNext(world.db, 'me', () => 0.5);
  const outcomes: string[] = [];
  await until(wanted, async () => {
    const { outcome } = await step(id);
    if (outcome !== 'wait') outcomes.push(outcome);
    return outcome === wanted;
  });
  return outcomes;
}

test('while the number is restricted only those who wrote to it are sent to; the others wait, unharmed, and it says so once', async () => {
  const id = await makeBroadcast(world.db, owner, 6, { pace });
  const chats = await warm(id, [1, 4]);
  const end = new Date(Date.now() + hourMs).toISOString();
  await restrict({ ...endless, until: end });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 10);
  expect(await stepTo('in-flight', id)).toEqual(['accepted', 'accepted', 'in-flight']);
  const accepted = (await recipients(id)).filter(({ status }) => status === 'ACCEPTED');
  expect(accepted.map(({ chat }) => chat)).toEqual(chats);
  await world.db.pool.query(`UPDATE "Message" SET "status" = 'SENT' WHERE "profileId" = $1`, [owner.profileId]);
  expect(await makeAcceptNext(world.db, 'me')(id)).toEqual({ outcome: 'frozen', waitMs: expect.any(Number) });
  expect(await counts(id)).toEqual({ PENDING: 4, ACCEPTED: 2 });
  expect(await told()).toMatchObject([{ status: 'RUNNING', frozen: { reason: 'reachout_timelock', until: end } }]);
  const row = await world.db.prisma.broadcast.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ status: 'RUNNING', frozen: { reason: 'reachout_timelock', until: end } });
});

test('a cap of new chats holds the same recipients back, under its own name', async () => {
  const id = await makeBroadcast(world.db, owner, 3, { pace });
  await warm(id, [1]);
  const end = new Date(Date.now() + hourMs).toISOString();
  await restrict({ kind: 'new_chat_cap', until: end, quota: { used: 30, total: 30 } });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 10);
  expect(await stepTo('in-flight', id)).toEqual(['accepted', 'in-flight']);
  expect(await counts(id)).toEqual({ PENDING: 2, ACCEPTED: 1 });
  expect(await told()).toMatchObject([{ status: 'RUNNING', newChatCap: { until: end } }]);
  const row = await world.db.prisma.broadcast.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ status: 'RUNNING', frozen: { reason: 'new_chat_cap', until: end } });
});

test('what was accepted for cold recipients before the restriction is taken back, and due again when it lifts', async () => {
  const id = await makeBroadcast(world.db, owner, 3, { pace });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 10);
  await stepTo('accepted', id);
  await restrict(endless);
  expect(await makeAcceptNext(world.db, 'me')(id)).toMatchObject({ outcome: 'frozen' });
  const { prisma } = world.db;
  const where = { profileId: owner.profileId, origin: 'BROADCAST' as const };
  expect(await prisma.message.findMany({ where })).toMatchObject([{ status: 'SCHEDULED', sendAt: null }]);
  await lift();
  await stepTo('accepted', id);
  expect(await prisma.message.findFirst({ where, orderBy: { createdAt: 'asc' } })).toMatchObject({
    status: 'SCHEDULED',
    sendAt: expect.any(Date),
  });
  expect((await told()).map(({ frozen }) => frozen !== undefined)).toEqual([true, false]);
});

test('somebody who writes meanwhile is sent to at once', async () => {
  const id = await makeBroadcast(world.db, owner, 2, { pace });
  await restrict(endless);
  await claimBroadcasts(world.db.pool, 'me', 60_000, 10);
  expect(await makeAcceptNext(world.db, 'me')(id)).toMatchObject({ outcome: 'frozen' });
  const [chat] = await warm(id, [1]);
  expect(await makeAcceptNext(world.db, 'me')(id)).toMatchObject({ outcome: 'accepted', command: { chat } });
});

test('a restriction whose end has passed freezes nothing', async () => {
  const id = await makeBroadcast(world.db, owner, 1, { pace });
  await restrict({ ...endless, until: new Date(Date.now() - 1).toISOString() });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 10);
  expect(await makeAcceptNext(world.db, 'me')(id)).toMatchObject({ outcome: 'accepted' });
  expect(await told()).toEqual([]);
});

test('a broadcast outlives a restriction: everyone gets one message, nobody failed, and it is COMPLETED', async () => {
  onTestFinished(playOutbox(world).stop);
  const engine = await playEngine(world, owner);
  onTestFinished(engine.stop);
  const id = await makeBroadcast(world.db, owner, 8, { pace });
  const chats = await warm(id, [0, 7]);
  await restrict(endless);
  await world.startScheduler();
  await until('the warm ones to be sent to', () => engine.sent.length === 2);
  await until('the freeze to be told', async () => (await told()).length === 1);
  expect(engine.sent.map(({ chat }) => chat).sort()).toEqual([...chats].sort());
  await lift();
  await until('the end', async () => (await counts(id)).SENT === 8 && (await told()).at(-1)?.status === 'COMPLETED');
  expect(new Set(engine.sent.map(({ chat }) => chat)).size).toBe(8);
  expect(engine.sent).toHaveLength(8);
});
