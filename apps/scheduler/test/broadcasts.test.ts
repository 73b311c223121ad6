import { CodedError } from '@multiwa/contracts';
import {
  broadcastsRepository,
  cancelRemaining,
  changeBroadcast,
  claimBroadcasts,
  giveBackMessages,
  renewBroadcasts,
  takeBackMessages,
} from '@multiwa/db';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { makeAcceptNext } from '../src/broadcasts/accept-next.js';
import { makeBroadcast, makeProfile, openWorld, playEngine, playOutbox, type World } from './broadcast-world.js';

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

const broadcast = (id: string) => world.db.prisma.broadcast.findUniqueOrThrow({ where: { id } });
const counts = async (id: string) => (await broadcastsRepository(world.db).counts([id])).get(id) ?? {};
const events = (type: string) =>
  world.db.prisma.event.findMany({ where: { profileId: owner.profileId, type }, orderBy: { sequence: 'asc' } });
const statusesTold = async () =>
  (await events('broadcast.status')).map(({ data }) => (data as { status: string }).status);
const until = (what: string, condition: () => Promise<boolean> | boolean) =>
  waitFor(async () => (await condition()) || undefined, { what, timeoutMs: 40_000, everyMs: 25 });
const ended = (id: string) => until(`broadcast ${id} to end`, async () => (await broadcast(id)).endedAt !== null);
const change = (
  id: string,
  status: 'PAUSED' | 'RUNNING' | 'CANCELLED',
  effect: typeof takeBackMessages | typeof cancelRemaining,
) =>
  broadcastsRepository(world.db).change(owner.workspaceId, id, async (_, tx) => {
    await effect(tx, id);
    return changeBroadcast(tx, id, { status });
  });

async function startEngine() {
  const engine = await playEngine(world, owner);
  onTestFinished(engine.stop);
  return engine;
}
function startOutbox() {
  onTestFinished(playOutbox(world).stop);
}

test('two schedulers drive two broadcasts of one profile: everyone gets one message, then both are COMPLETED', async () => {
  startOutbox();
  const engine = await startEngine();
  const ids = [await makeBroadcast(world.db, owner, 40), await makeBroadcast(world.db, owner, 40)];
  const schedulers = [await world.startScheduler(), await world.startScheduler()];
  for (const id of ids) await ended(id);
  expect(engine.sent).toHaveLength(80);
  expect(new Set(engine.sent.map(({ chat }) => chat)).size).toBe(80);
  expect(new Set(engine.sent.map(({ waMessageId }) => waMessageId)).size).toBe(80);
  expect(engine.sent.every(({ guarded }) => guarded)).toBe(true);
  for (const id of ids) expect([(await broadcast(id)).status, await counts(id)]).toEqual(['COMPLETED', { SENT: 40 }]);
  expect(await statusesTold()).toEqual(['COMPLETED', 'COMPLETED']);
  const texts = await world.db.prisma.message.findMany({ where: { profileId: owner.profileId, origin: 'BROADCAST' } });
  expect(texts.map(({ content }) => (content as { text: string }).text).sort()).toEqual(
    Array.from({ length: 80 }, (_, n) => `Hello ${Math.floor(n / 2)}`).sort(),
  );
  expect(await schedulers[0]?.metrics()).toContain('multiwa_broadcast_recipients_total');
});

test('of two drivers of one broadcast only the one that claimed it accepts anything', async () => {
  const id = await makeBroadcast(world.db, owner, 30, { pace: { messagesPerMinute: 1200 } });
  const claims = await Promise.all(['a', 'b'].map((name) => claimBroadcasts(world.db.pool, name, 60_000, 10)));
  const winner = claims[0]?.includes(id) ? 'a' : 'b';
  expect(claims.flat().filter((each) => each === id)).toHaveLength(1);
  const loser = winner === 'a' ? 'b' : 'a';
  await expect(makeAcceptNext(world.db, loser)(id)).resolves.toEqual({ outcome: 'lost' });
  await expect(makeAcceptNext(world.db, winner)(id)).resolves.toMatchObject({ outcome: 'accepted' });
  // Whoever lost its claim without knowing accepts nothing more.
  await world.db.pool.query(`UPDATE "Broadcast" SET "claimedUntil" = now() - interval '1 second' WHERE "id" = $1`, [
    id,
  ]);
  expect(await claimBroadcasts(world.db.pool, loser, 60_000, 10)).toContain(id);
  await expect(makeAcceptNext(world.db, winner)(id)).resolves.toEqual({ outcome: 'lost' });
  expect(await renewBroadcasts(world.db.pool, winner, 60_000)).not.toContain(id);
});

test('the same step at the same time by one owner gives each recipient one message and each slot one send', async () => {
  const id = await makeBroadcast(world.db, owner, 30, { pace: { messagesPerMinute: 60 } });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 100);
  const acceptNext = makeAcceptNext(world.db, 'me', () => 0.5);
  const steps = await Promise.all(Array.from({ length: 12 }, () => acceptNext(id)));
  expect(steps.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
  expect(steps.filter(({ outcome }) => outcome === 'wait')).toHaveLength(11);
  expect(await counts(id)).toEqual({ PENDING: 29, ACCEPTED: 1 });
});

test('the pace and the daily cap hold over the broadcasts of a profile', async () => {
  const pace = { messagesPerMinute: 1200, dailyCap: 3 };
  const ids = [await makeBroadcast(world.db, owner, 5, { pace }), await makeBroadcast(world.db, owner, 5, { pace })];
  await claimBroadcasts(world.db.pool, 'me', 60_000, 100);
  // After a pause no lateness is made up for: the first slot is the time of the first send, to the millisecond.
  await world.db.prisma.profilePace.create({
    data: { profileId: owner.profileId, day: '', sentToday: 0, nextSendAt: new Date(Date.now() - 60_000) },
  });
  const acceptNext = makeAcceptNext(world.db, 'me', () => 0.5);
  const outcomes: string[] = [];
  await until('the cap', async () => {
    for (const id of ids) {
      const step = await acceptNext(id);
      outcomes.push(step.outcome);
      if (step.outcome === 'wait' && step.waitMs > 1_000) return true;
    }
    return false;
  });
  expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(3);
  const used = await world.db.prisma.profilePace.findUniqueOrThrow({ where: { profileId: owner.profileId } });
  expect(used).toMatchObject({ sentToday: 3, day: new Date().toISOString().slice(0, 10) });
  const accepted = await world.db.prisma.message.findMany({
    where: { profileId: owner.profileId },
    orderBy: { createdAt: 'asc' },
  });
  const [first, , last] = accepted.map(({ createdAt }) => createdAt.getTime());
  expect(Number(last) - Number(first)).toBeGreaterThanOrEqual(2 * 50);
});

test('someone who opts out while a broadcast is under way is passed over, and takes nobody’s slot', async () => {
  const id = await makeBroadcast(world.db, owner, 3);
  const { prisma } = world.db;
  const [first] = await prisma.broadcastRecipient.findMany({
    where: { broadcastId: id },
    orderBy: { position: 'asc' },
  });
  await prisma.optOut.create({ data: { workspaceId: owner.workspaceId, phone: first?.chat?.split('@')[0] } });
  await claimBroadcasts(world.db.pool, 'me', 60_000, 100);
  const acceptNext = makeAcceptNext(world.db, 'me', () => 0.5);
  expect((await acceptNext(id)).outcome).toBe('passed-over');
  expect((await acceptNext(id)).outcome).toBe('accepted');
  expect(await counts(id)).toEqual({ OPTED_OUT: 1, ACCEPTED: 1, PENDING: 1 });
});

test('without a session few messages pile up, and the rest waits', async () => {
  const id = await makeBroadcast(world.db, owner, 60);
  await world.startScheduler();
  await until('ten to be accepted', async () => (await counts(id)).ACCEPTED === 10);
  const engine = await startEngine();
  startOutbox();
  await ended(id);
  expect(engine.sent).toHaveLength(60);
});

test('a pause in full flight sends nothing more, a resume sends the rest, nobody twice', async () => {
  startOutbox();
  const engine = await startEngine();
  const id = await makeBroadcast(world.db, owner, 60);
  await world.startScheduler();
  await until('some to be sent', () => engine.sent.length >= 10);
  engine.hold();
  await until('messages to wait', async () => Number((await counts(id)).ACCEPTED) > 3);
  await change(id, 'PAUSED', takeBackMessages);
  const sentBefore = engine.sent.length;
  engine.letGo();
  await until('the engine to leave what was taken back', () => engine.left.length > 0);
  await world.jobs.fire();
  await world.jobs.sweep();
  const { PENDING: pending } = await counts(id);
  // What the gate held between reading and sending is the engine's own; nothing else may follow.
  expect(engine.sent.length).toBe(sentBefore);
  expect(await world.db.prisma.message.count({ where: { profileId: owner.profileId, status: 'QUEUED' } })).toBe(0);

  await change(id, 'RUNNING', giveBackMessages);
  await world.jobs.fire();
  await ended(id);
  expect(pending).toBeGreaterThan(0);
  expect(engine.sent).toHaveLength(60);
  expect(new Set(engine.sent.map(({ chat }) => chat)).size).toBe(60);
  expect(await counts(id)).toEqual({ SENT: 60 });
});

test('a cancel in full flight sends nothing more and counts everyone', async () => {
  startOutbox();
  const engine = await startEngine();
  const id = await makeBroadcast(world.db, owner, 60);
  await world.startScheduler();
  await until('some to be sent', () => engine.sent.length >= 10);
  await change(id, 'CANCELLED', cancelRemaining);
  await until('everyone to be counted', async () => {
    const { SENT = 0, CANCELLED = 0, ACCEPTED = 0 } = await counts(id);
    return SENT + CANCELLED === 60 && ACCEPTED === 0 && SENT === engine.sent.length;
  });
  expect(new Set(engine.sent.map(({ chat }) => chat)).size).toBe(engine.sent.length);
});

test('what could not be published is swept, guarded, and a crash in between repeats none', async () => {
  const id = await makeBroadcast(world.db, owner, 5);
  vi.spyOn(world.bus, 'publishCommand').mockRejectedValue(new CodedError('service_unavailable'));
  await world.startScheduler();
  await until('all to be accepted', async () => (await counts(id)).ACCEPTED === 5);
  expect(await world.db.prisma.message.count({ where: { profileId: owner.profileId, commandedAt: null } })).toBe(5);
  await world.stopSchedulers();
  vi.restoreAllMocks();
  startOutbox();
  const engine = await startEngine();
  await world.jobs.sweep();
  await world.startScheduler();
  await ended(id);
  expect(engine.sent.map(({ guarded, repeated }) => [guarded, repeated])).toEqual(Array(5).fill([true, true]));
  expect(await counts(id)).toEqual({ SENT: 5 });
});

test('a scheduler that stops hands its broadcasts over at once', async () => {
  startOutbox();
  const engine = await startEngine();
  const id = await makeBroadcast(world.db, owner, 50);
  await world.startScheduler();
  await until('some to be sent', () => engine.sent.length >= 10);
  await world.stopSchedulers();
  expect(await broadcast(id)).toMatchObject({ claimedBy: null, status: 'RUNNING' });
  await world.startScheduler();
  await ended(id);
  expect([engine.sent.length, new Set(engine.sent.map(({ chat }) => chat)).size]).toEqual([50, 50]);
});

test('news of messages moves recipients up only, and a failure keeps its reason', async () => {
  startOutbox();
  const engine = await startEngine();
  engine.hold();
  const id = await makeBroadcast(world.db, owner, 3);
  await world.startScheduler();
  await until('three to be accepted', async () => (await counts(id)).ACCEPTED === 3);
  const rows = await world.db.prisma.broadcastRecipient.findMany({
    where: { broadcastId: id },
    orderBy: { position: 'asc' },
  });
  const tell = (index: number, type: 'message.read' | 'message.sent' | 'message.failed', more: object = {}) => {
    const [messageId, chat] = [rows[index]?.messageId ?? '', rows[index]?.chat ?? ''];
    const data = { messageId, waMessageId: 'wa', chat, at: new Date().toISOString(), ...more };
    return world.bus.publishEvents([
      {
        id: messageId.replace(/.{6}$/, `${index}${type.slice(8, 13)}`),
        type,
        version: 1,
        timestamp: data.at,
        ...owner,
        sequence: 1,
        data,
      },
    ]);
  };
  await tell(0, 'message.read');
  await tell(0, 'message.sent');
  await tell(1, 'message.failed', { code: 'recipient_not_on_whatsapp', sentence: 'x', detail: null });
  await tell(2, 'message.sent');
  await until('the news to arrive', async () => (await counts(id)).SENT === 1);
  const after = await world.db.prisma.broadcastRecipient.findMany({
    where: { broadcastId: id },
    orderBy: { position: 'asc' },
  });
  expect(after.map(({ status, reason }) => [status, reason])).toEqual([
    ['READ', null],
    ['FAILED', 'recipient_not_on_whatsapp'],
    ['SENT', null],
  ]);
});

test('progress is told while it runs, at most every two seconds, each time with other counts', async () => {
  startOutbox();
  await startEngine();
  const id = await makeBroadcast(world.db, owner, 60, { pace: { messagesPerMinute: 600 } });
  await world.startScheduler();
  await ended(id);
  const told = await events('broadcast.progress');
  expect(told.length).toBeGreaterThan(1);
  const texts = told.map(({ data }) => JSON.stringify(data));
  expect(new Set(texts).size).toBe(texts.length);
  const gaps = told.slice(1).map(({ createdAt }, index) => createdAt.getTime() - Number(told[index]?.createdAt));
  expect(Math.min(...gaps)).toBeGreaterThan(1_900);
});

test('a scheduled broadcast starts at its time, once, and ends FAILED with the code when it cannot', async () => {
  startOutbox();
  const engine = await startEngine();
  const scheduledAt = new Date(Date.now() + 500);
  const schedule = { status: 'SCHEDULED' as const, scheduledAt };
  const [fine, broken, later] = [
    await makeBroadcast(world.db, owner, 3, schedule),
    await makeBroadcast(world.db, owner, 3, { ...schedule, text: '{{unknown}}' }),
    await makeBroadcast(world.db, owner, 3, { status: 'SCHEDULED', scheduledAt: new Date(Date.now() + 3_600_000) }),
  ];
  await Promise.all([world.startScheduler(), world.startScheduler()]);
  await Promise.all([ended(fine), ended(broken)]);
  expect(await broadcast(fine)).toMatchObject({ status: 'COMPLETED' });
  expect(Number((await broadcast(fine)).startedAt)).toBeGreaterThanOrEqual(scheduledAt.getTime());
  expect([await broadcast(broken), await counts(broken)]).toMatchObject([
    { status: 'FAILED', failureCode: 'variable_unknown' },
    { CANCELLED: 3 },
  ]);
  expect((await broadcast(later)).status).toBe('SCHEDULED');
  expect(engine.sent).toHaveLength(3);
  expect((await statusesTold()).sort()).toEqual(['COMPLETED', 'FAILED', 'RUNNING']);
});

test('a broadcast of a deleted profile ends FAILED', async () => {
  const id = await makeBroadcast(world.db, owner, 3);
  await world.db.prisma.profile.update({ where: { id: owner.profileId }, data: { deletedAt: new Date() } });
  await world.startScheduler();
  await ended(id);
  expect([await broadcast(id), await counts(id)]).toMatchObject([
    { status: 'FAILED', failureCode: 'profile_deleted' },
    { CANCELLED: 3 },
  ]);
});
