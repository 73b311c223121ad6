import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '@multiwa/bus';
import { eventOf, type SendCommand } from '@multiwa/contracts';
import { appendEvents, type Database, markPublished, openDatabase, takeUnpublished } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { createLogger, createMetrics, type Running } from '@multiwa/runtime';
import { inject } from 'vitest';
import { startNats } from '../../../packages/launcher/src/index.js';
import { createTestDatabase } from '../../../packages/testkit/src/database.js';
import { startBroadcasts } from '../src/broadcasts/start-broadcasts.js';
import { makeMessageJobs } from '../src/messages/message-jobs.js';

export type World = Awaited<ReturnType<typeof openWorld>>;

const silent = createLogger('scheduler-test', 'silent');

/** A database and a NATS server of its own: the consumer of message events is one for a whole server. */
export async function openWorld() {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-scheduler-'));
  const nats = await startNats({ dataDir });
  const made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  const db = openDatabase({ url: made.url, poolSize: 20 });
  const bus = await connectBus({ url: nats.url, name: 'scheduler-test' });
  const running: Running[] = [];
  return {
    db,
    bus,
    databaseUrl: made.url,
    natsUrl: nats.url,
    /** One scheduler's broadcasts, with metrics of its own. */
    async startScheduler() {
      const metrics = createMetrics('test');
      const scheduler = await startBroadcasts({ database: db, bus, logger: silent, metrics });
      running.push(scheduler);
      return { ...scheduler, metrics: () => metrics.render() };
    },
    /** What else a scheduler does. */
    jobs: makeMessageJobs(
      { database: db, bus, logger: silent, metrics: createMetrics('test') },
      { batch: 50, graceMs: 0 },
    ),
    async stopSchedulers() {
      await Promise.all(running.splice(0).map((each) => each.stop()));
    },
    async close() {
      await bus.close();
      await db.close();
      await made.drop();
      await nats.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function makeProfile({ prisma }: Database) {
  const [organizationId, workspaceId, profileId] = [newId(), newId(), newId()];
  await prisma.organization.create({ data: { id: organizationId, name: 'Test' } });
  await prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organizationId } });
  await prisma.profile.create({ data: { id: profileId, workspaceId, name: 'Test', network: 'SANDBOX' } });
  return { workspaceId, profileId };
}

type Owner = Awaited<ReturnType<typeof makeProfile>>;

/** A broadcast whose audience is frozen already, or still waits for its time. */
export async function makeBroadcast(
  { prisma }: Database,
  owner: Owner,
  count: number,
  {
    pace = {},
    status = 'RUNNING',
    text = 'Hello {{n}}',
    scheduledAt,
  }: {
    pace?: object;
    status?: 'RUNNING' | 'SCHEDULED';
    text?: string;
    scheduledAt?: Date;
  } = {},
): Promise<string> {
  const id = newId();
  const base = 6281200000000 + Math.floor(Math.random() * 100_000) * 1_000;
  const isFrozen = status === 'RUNNING';
  await prisma.broadcast.create({
    data: {
      ...owner,
      id,
      name: 'Test',
      status,
      content: { type: 'TEXT', text },
      audience: { kind: 'recipients' },
      pace: { messagesPerMinute: 1200, jitterPercent: 0, dailyCap: 100_000, ...pace },
      startedAt: isFrozen ? new Date() : null,
      scheduledAt,
    },
  });
  await prisma.broadcastRecipient.createMany({
    data: Array.from({ length: count }, (_, position) => ({
      id: newId(),
      broadcastId: id,
      position,
      input: String(base + position),
      chat: isFrozen ? `${base + position}@s.whatsapp.net` : null,
      variables: { n: String(position) },
    })),
  });
  return id;
}

/**
 * Plays the engine and the events app: looks at each command as an engine does, remembers what it sent, and announces
 * that WhatsApp has it. `hold` makes it take commands without looking at them until it is let go.
 */
export async function playEngine({ db, bus }: Pick<World, 'db' | 'bus'>, { profileId, workspaceId }: Owner) {
  const sent: SendCommand[] = [];
  const left: SendCommand[] = [];
  let gate: Promise<void> | undefined;
  let open = () => {};
  const statusOf = async (id: string) => (await db.prisma.message.findUnique({ where: { id } }))?.status;
  const consumption = await bus.consumeProfileCommands({
    profileId,
    generation: 1,
    connection: 1,
    onLost: () => undefined,
    async handler({ payload }) {
      await gate;
      const { messageId, waMessageId, chat } = payload;
      const status = await statusOf(messageId);
      if (payload.guarded ? status !== 'QUEUED' : status === 'CANCELLED') {
        left.push(payload);
        return 'done';
      }
      sent.push(payload);
      await db.transaction(async (tx) => {
        await tx.query(`UPDATE "Message" SET "status" = 'SENT', "sentAt" = now() WHERE "id" = $1`, [messageId]);
        const data = { messageId, waMessageId, chat, at: new Date().toISOString() };
        await appendEvents(tx, [eventOf('message.sent', { id: newId(), workspaceId, profileId, data })]);
      });
      return 'done';
    },
  });
  return {
    sent,
    /** Commands that were taken back. */
    left,
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    letGo: () => open(),
    async stop() {
      open();
      await consumption.stop();
    },
  };
}

/** Plays the outbox until it is stopped. */
export function playOutbox({ db, bus }: Pick<World, 'db' | 'bus'>) {
  const stopping = new AbortController();
  const work = async () => {
    while (!stopping.signal.aborted) {
      const events = await takeUnpublished(db.pool, 500);
      const results = await bus.publishEvents(
        events.map(({ id, type, version, workspaceId, profileId, sequence, data, createdAt }) => ({
          ...{ id, version, workspaceId, profileId, sequence },
          type: type as 'message.sent',
          timestamp: createdAt.toISOString(),
          data: data as Record<string, unknown>,
        })),
      );
      const done = events.filter((_, index) => results[index]?.ok);
      await markPublished(
        db.pool,
        done.map(({ id }) => id),
      );
      await sleep(20, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const working = work();
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
