import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Bus, connectBus, type FactMessage } from '@multiwa/bus';
import { consumers, type SendCommand, type StatusPart, subjects } from '@multiwa/contracts';
import { type Database, openDatabase } from '@multiwa/db';
import { newId, newWaMessageId, type WatchdogLimits } from '@multiwa/domain';
import { startNats } from '@multiwa/launcher';
import { localStorage } from '@multiwa/media';
import { createLogger, type Logger } from '@multiwa/runtime';
import { type Sandbox, type SandboxOptions, startSandbox } from '@multiwa/sandbox';
import { createSandboxClient, type PhoneView, type SandboxClient } from '@multiwa/sandbox/client';
import { createTestDatabase, waitFor } from '@multiwa/testkit';
import { inject } from 'vitest';
import { quietConsole } from '../../src/engines/baileys/quiet-console.js';
import { type RunningEngine, startEngine } from '../../src/start-engine.js';
import { applyFacts } from './apply-facts.js';

const MIB = 1024 * 1024;
type Fact = Pick<FactMessage, 'kind' | 'payload'>;
export type FactOf<K extends FactMessage['kind']> = Extract<FactMessage, { kind: K }>['payload'];

export interface Linked {
  profileId: string;
  phone: PhoneView;
}

export interface WorkerSettings {
  wrapBus?: (bus: Bus) => Bus;
  key?: string;
  watchdog?: Partial<WatchdogLimits>;
  allowPrivateUrls?: boolean;
  logger?: Logger;
}

/** Real PostgreSQL, NATS, sandbox and Baileys, and what apps/events would make of the facts, in one place. */
export interface World {
  database: Database;
  bus: Bus;
  databaseUrl: string;
  nats: { url: string; freeze(): void; resume(): void };
  sandbox: Sandbox;
  control: SandboxClient;
  /** Everything the engines said, in order. */
  facts: Fact[];
  startWorker(options?: WorkerSettings): Promise<RunningEngine>;
  createProfile(desired?: 'CONNECTED' | 'DISCONNECTED'): Promise<string>;
  want(profileId: string, desired: 'CONNECTED' | 'DISCONNECTED' | 'LOGGED_OUT'): Promise<void>;
  status(profileId: string): Promise<{ status: string; statusReason: string | null; qr: string | null }>;
  untilStatus(profileId: string, status: string, reason?: string | null): Promise<void>;
  /** A new profile linked to a new phone by QR; `prepare` is done to the phone before. */
  link(name?: string, prepare?: (phone: PhoneView) => Promise<unknown>): Promise<Linked>;
  /** What the gateway does when it accepts a text, which is a status where its part is given. */
  accept(
    profileId: string,
    chat: string,
    text: string,
    over?: { expiresAt?: Date; typingMs?: number; status?: StatusPart },
  ): Promise<SendCommand>;
  command(command: SendCommand): Promise<void>;
  messageStatus(messageId: string): Promise<string | undefined>;
  factsOf<K extends FactMessage['kind']>(kind: K, profileId: string): FactOf<K>[];
  stop(): Promise<void>;
}

const WORKSPACE = newId();
export const encryptionKey = randomBytes(32).toString('base64');

export async function startWorld(options: SandboxOptions = {}): Promise<World> {
  const logger = createLogger('engine-test', 'silent');
  const restoreConsole = quietConsole(logger);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-engine-'));
  const nats = await startNats({ dataDir });
  const testDatabase = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  const database = openDatabase({ url: testDatabase.url });
  const sandbox = await startSandbox({ preKeyCount: 100, ...options });
  const control = createSandboxClient(sandbox.controlUrl);
  const bus = await connectBus({ url: nats.url, name: 'engine-test', logger });
  await database.prisma.organization.create({ data: { id: WORKSPACE, name: 'test' } });
  await database.prisma.workspace.create({ data: { id: WORKSPACE, organizationId: WORKSPACE, name: 'test' } });
  const facts: Fact[] = [];
  const consumption = await bus.consumeFacts(consumers.events, {
    batchSize: 100,
    maxWaitMs: 1,
    handler: async (batch) => {
      facts.push(...batch);
      await applyFacts(database, batch);
      return batch.map(() => 'done' as const);
    },
  });
  const workers = new Set<RunningEngine>();

  const world: World = {
    database,
    databaseUrl: testDatabase.url,
    nats: {
      url: nats.url,
      freeze: () => process.kill(nats.pid, 'SIGSTOP'),
      resume: () => process.kill(nats.pid, 'SIGCONT'),
    },
    bus,
    sandbox,
    control,
    facts,

    async startWorker({ wrapBus, key = encryptionKey, watchdog, allowPrivateUrls, logger: ownLogger } = {}) {
      const engine = await startEngine({
        environment: {
          databaseUrl: testDatabase.url,
          natsUrl: nats.url,
          host: '127.0.0.1',
          port: 0,
          logLevel: 'silent',
          encryptionKey: key,
          version: undefined,
          capacity: 100,
          opening: 16,
          keyCacheBytes: 8 * MIB,
          storage: localStorage(path.join(dataDir, 'media')),
          watchdog,
          allowPrivateUrls,
          sandboxUrl: sandbox.controlUrl,
        },
        logger: ownLogger ?? (process.env.ENGINE_TEST_LOG ? createLogger('engine', 'debug') : logger),
        fatal: (error) => {
          throw error;
        },
        wrapBus,
      });
      const running = {
        ...engine,
        async stop() {
          if (workers.delete(running)) await engine.stop();
        },
      };
      workers.add(running);
      return running;
    },

    async createProfile(desiredState = 'CONNECTED') {
      const id = newId();
      const data = { id, workspaceId: WORKSPACE, name: 'test', network: 'SANDBOX' as const, desiredState };
      await database.prisma.profile.create({ data });
      bus.nudge(subjects.nudge.claim('SANDBOX'));
      return id;
    },

    async want(profileId, desiredState) {
      await database.prisma.profile.update({ where: { id: profileId }, data: { desiredState } });
      bus.nudge(subjects.nudge.profile(profileId));
      bus.nudge(subjects.nudge.claim('SANDBOX'));
    },

    async status(profileId) {
      const select = { status: true, statusReason: true, qr: true };
      return database.prisma.profile.findUniqueOrThrow({ where: { id: profileId }, select });
    },

    async untilStatus(profileId, status, reason) {
      await waitFor(
        async () => {
          const row = await world.status(profileId);
          return row.status === status && (reason === undefined || row.statusReason === reason);
        },
        { what: `${profileId} to be ${status} ${reason ?? ''}`, timeoutMs: 20_000 },
      );
    },

    async link(name = 'Budi', prepare = async () => undefined) {
      // Silent, so that a delivery receipt can only come from the engine.
      const phone = await control.createPhone({ name, autoReply: 'silent' });
      await prepare(phone);
      const profileId = await world.createProfile();
      const qr = await waitFor(async () => (await world.status(profileId)).qr ?? undefined, { what: 'a QR code' });
      await control.scan(phone.phone, qr);
      await world.untilStatus(profileId, 'CONNECTED');
      return { profileId, phone };
    },

    async accept(profileId, chat, text, { expiresAt, typingMs, status } = {}) {
      const command: SendCommand = {
        messageId: newId(),
        workspaceId: WORKSPACE,
        profileId,
        waMessageId: newWaMessageId(),
        chat,
        content: { type: 'TEXT', text, ...(status && { status }) },
        acceptedAt: new Date().toISOString(),
        ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
        ...(typingMs && { typingMs }),
      };
      const { messageId: id, waMessageId, content } = command;
      await database.prisma.message.create({
        data: {
          id,
          workspaceId: WORKSPACE,
          profileId,
          chat,
          waMessageId,
          fromMe: true,
          type: 'TEXT',
          content,
          status: 'QUEUED',
          expiresAt,
        },
      });
      await world.command(command);
      return command;
    },

    async command(command) {
      await bus.publishCommand('send', command);
    },

    async messageStatus(messageId) {
      return (await database.prisma.message.findUnique({ where: { id: messageId } }))?.status;
    },

    factsOf(kind, profileId) {
      const found = facts.filter((fact) => fact.kind === kind && fact.payload.profileId === profileId);
      return found.map(({ payload }) => payload) as FactOf<typeof kind>[];
    },

    async stop() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await consumption.stop();
      await bus.close();
      await sandbox.stop();
      await database.close();
      await testDatabase.drop();
      await nats.stop();
      rmSync(dataDir, { recursive: true, force: true });
      restoreConsole();
    },
  };
  return world;
}

export function chatWith(phone: Pick<PhoneView, 'phone'>): string {
  return `${phone.phone}@s.whatsapp.net`;
}

/** Facts of messages that arrived for the profile, once there are so many. */
export function untilReceived(world: World, profileId: string, count: number): Promise<FactOf<'message-received'>[]> {
  return waitFor(
    () => {
      const facts = world.factsOf('message-received', profileId);
      return facts.length >= count && facts;
    },
    { what: `${count} received messages`, timeoutMs: 20_000 },
  );
}

/** The phone has seen that its message arrived at the number. */
export async function untilDelivered(world: World, phone: PhoneView, messageId: string): Promise<void> {
  await waitFor(async () => (await world.control.sentMessage(phone.phone, messageId)).status === 'delivered', {
    what: `the delivery of ${messageId}`,
  });
}
