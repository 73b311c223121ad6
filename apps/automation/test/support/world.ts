import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Bus, connectBus } from '@multiwa/bus';
import { type EventEnvelope, eventOf, type Flow, flowSchema } from '@multiwa/contracts';
import { type AutomationRun, type Database, openDatabase } from '@multiwa/db';
import { newId, newWaMessageId } from '@multiwa/domain';
import { startNats } from '@multiwa/launcher';
import { createLogger } from '@multiwa/runtime';
import { createTestDatabase, waitFor } from '@multiwa/testkit';
import { inject } from 'vitest';
import { type AutomationService, startAutomation } from '../../src/start-automation.js';

/** A profile and who writes to it. */
export interface Place {
  workspaceId: string;
  profileId: string;
}

export interface Said {
  text?: string;
  fromMe?: boolean;
  chat?: string;
  contactId?: string | null;
  firstOfContact?: boolean;
  waMessageId?: string;
  sender?: { phone: string | null; lid: string | null; pushName: string | null };
  rawType?: string;
}

export interface Person {
  contactId: string;
  phone: string;
  chat: string;
}

export interface World {
  database: Database;
  databaseUrl: string;
  bus: Bus;
  natsUrl: string;
  newPlace(): Promise<Place>;
  newPerson(place: Place, change?: { name?: string; tags?: string[] }): Promise<Person>;
  publish(place: Place, flow: object, change?: AutomationOptions): Promise<string>;
  received(place: Place, person: Person, said?: Said): EventEnvelope;
  say(place: Place, person: Person, text: string, said?: Said): Promise<EventEnvelope>;
  startService(change?: { allowPrivate?: boolean }): Promise<AutomationService>;
  runs(place: Place, where?: object): Promise<AutomationRun[]>;
  texts(place: Place, person?: Person): Promise<string[]>;
  untilRuns(place: Place, count: number, status: AutomationRun['status']): Promise<AutomationRun[]>;
  stop(): Promise<void>;
}

export interface AutomationOptions {
  priority?: number;
  cooldownSeconds?: number;
  enabled?: boolean;
  profileId?: string | null;
}

/** A database, and a NATS server of one's own: the product has one durable consumer of received messages. */
export async function startWorld(): Promise<World> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-automation-'));
  const [nats, testDatabase] = await Promise.all([
    startNats({ dataDir }),
    createTestDatabase(inject('postgresUrl'), inject('templateDatabase')),
  ]);
  const database = openDatabase({ url: testDatabase.url, applicationName: 'automation-test' });
  const bus = await connectBus({ url: nats.url, name: 'automation-test' });
  const { prisma } = database;
  const services = new Set<AutomationService>();

  const world: World = {
    database,
    databaseUrl: testDatabase.url,
    bus,
    natsUrl: nats.url,

    async newPlace() {
      const [workspaceId, profileId] = [newId(), newId()];
      const organization = { create: { id: newId(), name: 'Test' } };
      await prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organization } });
      await prisma.profile.create({ data: { id: profileId, workspaceId, name: 'Test', network: 'SANDBOX' } });
      return { workspaceId, profileId };
    },

    async newPerson({ profileId }, change = {}) {
      const contactId = newId();
      const phone = `62811${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
      await prisma.contact.create({ data: { id: contactId, profileId, phone, ...change } });
      return { contactId, phone, chat: `${phone}@s.whatsapp.net` };
    },

    async publish({ workspaceId }, flow, { enabled = true, profileId = null, ...rest } = {}) {
      const id = newId();
      const draft = flowSchema.parse(flow);
      const versions = { create: { version: 1, flow: draft } };
      const data = { id, workspaceId, name: 'Test', draft, publishedVersion: 1, enabled, profileId, versions, ...rest };
      await prisma.automation.create({ data });
      return id;
    },

    received({ workspaceId, profileId }, { contactId, phone, chat }, said = {}) {
      const { text = 'hello', rawType, firstOfContact = false, fromMe = false } = said;
      const data = {
        messageId: newId(),
        waMessageId: said.waMessageId ?? newWaMessageId(),
        chat: said.chat ?? chat,
        fromMe,
        type: rawType === undefined ? ('TEXT' as const) : ('UNSUPPORTED' as const),
        content: rawType === undefined ? { type: 'TEXT' as const, text } : { type: 'UNSUPPORTED' as const, rawType },
        sender: said.sender ?? { phone, lid: null, pushName: null },
        contactId: said.contactId === undefined ? contactId : said.contactId,
        firstOfContact,
        timestamp: new Date().toISOString(),
      };
      const event = eventOf('message.received', { id: newId(), workspaceId, profileId, data });
      // The database rounds its times, this clock cuts them off.
      return { ...event, timestamp: new Date(Date.now() + 1).toISOString(), sequence: 1 } as EventEnvelope;
    },

    async say(place, person, text, said = {}) {
      const envelope = world.received(place, person, { text, ...said });
      await bus.publishEvents([envelope]);
      return envelope;
    },

    async startService({ allowPrivate = false } = {}) {
      const logger = createLogger('automation-test', 'silent');
      const env = {
        DATABASE_URL: testDatabase.url,
        NATS_URL: nats.url,
        PORT: 0,
        HOST: '127.0.0.1',
        LOG_LEVEL: 'silent' as const,
        MULTIWA_ALLOW_PRIVATE_URLS: allowPrivate,
      };
      const service = await startAutomation(env, logger, () => undefined);
      const running: AutomationService = {
        port: service.port,
        async stop() {
          if (services.delete(running)) await service.stop();
        },
      };
      services.add(running);
      return running;
    },

    runs({ workspaceId }, where = {}) {
      return prisma.automationRun.findMany({ where: { workspaceId, ...where }, orderBy: { createdAt: 'asc' } });
    },

    async texts({ profileId }, person) {
      const where = { profileId, fromMe: true, ...(person && { chat: person.chat }) };
      const rows = await prisma.message.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
      return rows.map(({ content }) => (content as { text: string }).text);
    },

    untilRuns(place, count, status) {
      return waitFor(
        async () => {
          const found = await world.runs(place, { status });
          return found.length >= count && found;
        },
        { what: `${count} runs with status ${status}`, timeoutMs: 30_000 },
      );
    },

    async stop() {
      for (const service of services) await service.stop();
      await bus.close();
      await database.close();
      await testDatabase.drop();
      await nats.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

export const anyText = { kind: 'message_matches', match: { how: 'any' } };
export const saysStart = { kind: 'message_matches', match: { how: 'exact', value: 'start' } };

/** A flow whose steps follow one another by their first way out; the other ways lead to the end. */
export function chain(
  trigger: object,
  ...steps: ({ id: string; kind: Flow['nodes'][number]['kind'] } & Record<string, unknown>)[]
): object {
  const first = {
    send_text: 'next',
    delay: 'next',
    tag: 'next',
    ask: 'answered',
    condition: 'yes',
    http_request: 'ok',
  };
  const second: Record<string, string> = { ask: 'timeout', condition: 'no', http_request: 'failed' };
  const edges = steps.flatMap(({ id, kind }, index) => {
    const to = steps[index + 1]?.id ?? 'end';
    if (kind === 'end') return [];
    const other = second[kind];
    return [{ from: id, way: first[kind], to }, ...(other ? [{ from: id, way: other, to: 'end' }] : [])];
  });
  return { trigger, start: steps[0]?.id ?? 'end', nodes: [...steps, { id: 'end', kind: 'end' }], edges };
}

export const send = (id: string, text: string) => ({ id, kind: 'send_text' as const, text });
export const ask = (id: string, text: string, timeoutSeconds = 3600) => ({
  id,
  kind: 'ask' as const,
  text,
  saveAs: id,
  timeoutSeconds,
});
export const delay = (id: string, seconds = 1) => ({ id, kind: 'delay' as const, seconds });
export const tag = (id: string, add: string[], remove: string[] = []) => ({ id, kind: 'tag' as const, add, remove });
