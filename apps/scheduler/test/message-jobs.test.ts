import { type Bus, type CommandItem, connectBus } from '@multiwa/bus';
import type { SendCommand } from '@multiwa/contracts';
import { type Database, openDatabase } from '@multiwa/db';
import { newId, newWaMessageId } from '@multiwa/domain';
import { createLogger, createMetrics } from '@multiwa/runtime';
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../packages/testkit/src/database.js';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { makeMessageJobs } from '../src/messages/message-jobs.js';
import { startScheduler } from '../src/start-scheduler.js';

let made: TestDatabase;
let db: Database;
let bus: Bus;
/** What was handed to the bus, before the stream drops repetitions. */
let published: SendCommand[];

beforeAll(async () => {
  made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  db = openDatabase({ url: made.url, poolSize: 16 });
  bus = await connectBus({ url: inject('natsUrl'), name: 'scheduler-test' });
});
afterAll(async () => {
  await bus.close();
  await db.close();
  await made.drop();
});
beforeEach(async () => {
  published = [];
  await db.prisma.message.deleteMany();
});

function makeJobs({ works = true, graceMs = 0 } = {}) {
  const watched = {
    nudge: () => undefined,
    publishCommands(items: readonly CommandItem[]) {
      published.push(...items.flatMap((item) => (item.verb === 'send' ? [item.payload] : [])));
      if (!works) return Promise.resolve(items.map(() => ({ ok: false as const, error: new Error('away') })));
      return bus.publishCommands(items);
    },
  };
  const logger = createLogger('scheduler-test', 'silent');
  return makeMessageJobs(
    { database: db, bus: watched, logger, metrics: createMetrics('test') },
    { batch: 50, graceMs },
  );
}

async function makeProfile() {
  const [organizationId, workspaceId, profileId] = [newId(), newId(), newId()];
  await db.prisma.organization.create({ data: { id: organizationId, name: 'Test' } });
  await db.prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organizationId } });
  await db.prisma.profile.create({ data: { id: profileId, workspaceId, name: 'Test', network: 'SANDBOX' } });
  return { workspaceId, profileId };
}

async function accept(
  owner: { workspaceId: string; profileId: string },
  count: number,
  row: {
    status?: 'SCHEDULED' | 'QUEUED' | 'CANCELLED';
    sendAt?: Date;
    createdAt?: Date;
    commandedAt?: Date;
    expiresAt?: Date;
    begunAt?: Date;
    content?: object;
    chat?: string;
    ignoreOptOut?: boolean;
    traceparent?: string;
  } = {},
): Promise<string[]> {
  const rows = Array.from({ length: count }, () => ({
    ...owner,
    id: newId(),
    chat: '628111111111@s.whatsapp.net',
    waMessageId: newWaMessageId(),
    fromMe: true,
    type: 'TEXT' as const,
    content: { type: 'TEXT', text: 'Hello' },
    status: 'SCHEDULED' as const,
    ...row,
  }));
  await db.prisma.message.createMany({ data: rows });
  return rows.map(({ id }) => id);
}

const past = (seconds = 1) => new Date(Date.now() - seconds * 1_000);
const future = () => new Date(Date.now() + 3_600_000);
const statuses = async () =>
  (await db.prisma.message.groupBy({ by: ['status'], _count: true })).map((g) => [g.status, g._count]);

test('two schedulers send each of 300 due messages exactly once, and none that is not due or was cancelled', async () => {
  const owner = await makeProfile();
  const due = await accept(owner, 300, { sendAt: past() });
  await accept(owner, 5, { sendAt: future() });
  await accept(owner, 5, { sendAt: past(), status: 'CANCELLED' });
  const jobs = [makeJobs(), makeJobs()];
  await Promise.all([...jobs, ...jobs].map((each) => each.fire()));
  expect(published.map(({ messageId }) => messageId).sort()).toEqual([...due].sort());
  expect(published.some(({ repeated }) => repeated)).toBe(false);
  const left = await db.prisma.message.count({ where: { id: { in: due }, commandedAt: null } });
  expect([left, (await statuses()).sort()]).toEqual([
    0,
    [
      ['CANCELLED', 5],
      ['QUEUED', 300],
      ['SCHEDULED', 5],
    ],
  ]);
});

test('what was not handed over at its time is swept, marked as possibly repeated, and reaches the engine', async () => {
  const owner = await makeProfile();
  const due = await accept(owner, 20, { sendAt: past() });
  await makeJobs({ works: false }).fire();
  await makeJobs({ works: false }).sweep();
  expect(await db.prisma.message.count({ where: { commandedAt: null, status: 'QUEUED' } })).toBe(20);
  published = [];
  await Promise.all([makeJobs().sweep(), makeJobs().sweep()]);
  expect(published.map(({ messageId, repeated }) => [messageId, repeated])).toEqual(due.map((id) => [id, true]));
  const seen: string[] = [];
  const consumption = await bus.consumeProfileCommands({
    profileId: owner.profileId,
    generation: 1,
    connection: 1,
    onLost: () => undefined,
    async handler({ payload }) {
      seen.push(payload.messageId);
      return 'done';
    },
  });
  onTestFinished(consumption.stop);
  await waitFor(() => seen.length >= 20, { what: 'twenty commands' });
  expect(seen).toEqual(due);
});

test('what the sweep hands over goes on with the trace of its acceptance', async () => {
  const owner = await makeProfile();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await accept(owner, 1, { status: 'QUEUED', createdAt: past(9), traceparent });
  await accept(owner, 1, { status: 'QUEUED', createdAt: past(8) });
  await makeJobs().sweep();
  const seen: (string | undefined)[] = [];
  const consumption = await bus.consumeProfileCommands({
    profileId: owner.profileId,
    generation: 1,
    connection: 1,
    onLost: () => undefined,
    async handler(message) {
      seen.push(message.traceparent);
      return 'done';
    },
  });
  onTestFinished(consumption.stop);
  await waitFor(() => seen.length === 2, { what: 'both commands' });
  expect(seen).toEqual([traceparent, undefined]);
  expect(published.some((payload) => 'traceparent' in payload)).toBe(false);
});

test('the sweep goes by the order of acceptance and leaves alone what is young or handed over', async () => {
  const owner = await makeProfile();
  const queued = { status: 'QUEUED' as const };
  const later = await accept(owner, 3, { ...queued, createdAt: past(20) });
  const earlier = await accept(owner, 3, { ...queued, createdAt: past(30) });
  await accept(owner, 3, { ...queued, createdAt: past(30), commandedAt: past(29) });
  await accept(owner, 3, { ...queued });
  // Scheduled long ago, due just now: its own scheduler is at it.
  await accept(owner, 3, { ...queued, createdAt: past(30), sendAt: past(1) });
  await makeJobs({ graceMs: 5_000 }).sweep();
  expect(published.map(({ messageId }) => messageId)).toEqual([...earlier, ...later]);
  published = [];
  await makeJobs({ graceMs: 5_000 }).sweep();
  expect(published).toEqual([]);
});

test('messages that cannot be sent end FAILED with their event and hold up none behind them', async () => {
  const [gone, owner] = [await makeProfile(), await makeProfile()];
  await db.prisma.profile.update({ where: { id: gone.profileId }, data: { deletedAt: new Date() } });
  const [scheduled] = await accept(gone, 1, { sendAt: past() });
  const [queued] = await accept(gone, 1, { status: 'QUEUED', createdAt: past(9) });
  const [unreadable] = await accept(owner, 1, { sendAt: past(), content: { type: 'HOLOGRAM' } });
  const [fine] = await accept(owner, 1, { sendAt: past() });
  const jobs = makeJobs();
  await jobs.fire();
  await jobs.sweep();
  expect(published.map(({ messageId }) => messageId)).toEqual([fine]);
  const events = await db.prisma.event.findMany({ where: { profileId: { in: [gone.profileId, owner.profileId] } } });
  expect(new Map(events.map(({ type, data }) => [(data as { messageId: string }).messageId, [type, data]]))).toEqual(
    new Map([
      [scheduled, ['message.failed', expect.objectContaining({ code: 'profile_deleted' })]],
      [queued, ['message.failed', expect.objectContaining({ code: 'profile_deleted' })]],
      [unreadable, ['message.failed', expect.objectContaining({ code: 'unsupported_by_engine' })]],
    ]),
  );
});

test('the service sends a message by itself when its time has come, not before', async () => {
  const owner = await makeProfile();
  const env = {
    DATABASE_URL: made.url,
    NATS_URL: inject('natsUrl'),
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info' as const,
  };
  const service = await startScheduler(env, createLogger('scheduler-test', 'silent'), () => undefined);
  onTestFinished(service.stop);
  const sendAt = new Date(Date.now() + 700);
  const [id] = await accept(owner, 1, { sendAt });
  const row = await waitFor(
    async () => (await db.prisma.message.findFirst({ where: { id, commandedAt: { not: null } } })) ?? undefined,
    { what: 'the message to be handed over' },
  );
  expect(row.commandedAt?.getTime()).toBeGreaterThanOrEqual(sendAt.getTime());
  const ready = await fetch(`http://127.0.0.1:${service.port}/health/ready`);
  expect(ready.status).toBe(200);
});

test('what is past its expiresAt ends FAILED with one event, whichever of two schedulers finds it', async () => {
  const owner = await makeProfile();
  const queued = { status: 'QUEUED' as const };
  const late = [
    ...(await accept(owner, 120, { ...queued, expiresAt: past(), commandedAt: past(9) })),
    ...(await accept(owner, 120, { expiresAt: past(), sendAt: future() })),
  ];
  const kept = [
    ...(await accept(owner, 3, { ...queued, expiresAt: future() })),
    ...(await accept(owner, 3, { ...queued })),
    // An engine is sending it, or was when it died: it may be at the phone.
    ...(await accept(owner, 3, { ...queued, expiresAt: past(), begunAt: past(2) })),
  ];
  const jobs = [makeJobs(), makeJobs()];
  await Promise.all([...jobs, ...jobs].map((each) => each.expire()));
  const rows = await db.prisma.message.findMany({ where: { profileId: owner.profileId } });
  const ended = rows.filter(
    ({ status, failureCode, endedAt }) => status === 'FAILED' && failureCode === 'expired' && endedAt,
  );
  expect(ended.map(({ id }) => id).sort()).toEqual([...late].sort());
  expect(
    rows
      .filter(({ status }) => status !== 'FAILED')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...kept].sort());
  const events = await db.prisma.event.findMany({ where: { profileId: owner.profileId } });
  expect(events.map(({ data }) => (data as { messageId: string }).messageId).sort()).toEqual([...late].sort());
  expect(events[0]).toMatchObject({ type: 'message.failed', data: { code: 'expired' } });
});

test('the commands of the sweep and of the clock carry the message’s expiresAt', async () => {
  const owner = await makeProfile();
  const expiresAt = future();
  await accept(owner, 1, { sendAt: past(), expiresAt });
  await accept(owner, 1, { status: 'QUEUED', createdAt: past(9), expiresAt });
  await accept(owner, 1, { status: 'QUEUED', createdAt: past(9) });
  await makeJobs().fire();
  await makeJobs().sweep();
  const times = published.map((command) => command.expiresAt);
  expect(times).toEqual([expiresAt.toISOString(), expiresAt.toISOString(), undefined]);
});

test('a scheduled message is not sent to somebody who has refused messages meanwhile, unless it says so', async () => {
  const owner = await makeProfile();
  const stranger = await makeProfile();
  const sendAt = past();
  const [byPhone] = await accept(owner, 1, { sendAt });
  const [byLid] = await accept(owner, 1, { sendAt, chat: '77000000000001@lid' });
  const [receipt] = await accept(owner, 1, { sendAt, ignoreOptOut: true });
  const [other] = await accept(owner, 1, { sendAt, chat: '628222222222@s.whatsapp.net' });
  const [theirs] = await accept(stranger, 1, { sendAt });
  const { workspaceId } = owner;
  await db.prisma.optOut.createMany({
    data: [
      { workspaceId, phone: '628111111111' },
      { workspaceId, lid: '77000000000001' },
    ],
  });
  await makeJobs().fire();
  expect(published.map(({ messageId }) => messageId).sort()).toEqual([receipt, other, theirs].sort());
  const failed = await db.prisma.message.findMany({ where: { status: 'FAILED' } });
  expect(failed.map(({ id, failureCode }) => [id, failureCode]).sort()).toEqual(
    [byPhone, byLid].map((id) => [id, 'opted_out']).sort(),
  );
  const events = await db.prisma.event.findMany({ where: { profileId: owner.profileId } });
  expect(events.map(({ type, data }) => [type, (data as { code: string }).code])).toEqual([
    ['message.failed', 'opted_out'],
    ['message.failed', 'opted_out'],
  ]);
});
