import { randomBytes } from 'node:crypto';
import { type EventData, type EventType, eventOf, subjects, timing } from '@multiwa/contracts';
import {
  appendEvents,
  askReplay,
  claimantRole,
  pruneDeliveries,
  pruneEvents,
  pruneIdempotency,
  tryToLead,
} from '@multiwa/db';
import { newId, newWebhookSecret, sealWebhookSecrets } from '@multiwa/domain';
import { createCipher, createLogger } from '@multiwa/runtime';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { eventsEnv } from '../src/env.js';
import { startEvents } from '../src/start-events.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { addEndpoint } from './support/endpoints.js';
import { useOwnNats } from './support/nats.js';
import { startReceiver } from './support/receiver.js';

const database = useTestDatabase();
const nats = useOwnNats();
const key = randomBytes(32).toString('base64');
const cipher = createCipher(key);

async function start() {
  const env = eventsEnv.parse({
    DATABASE_URL: database.url,
    NATS_URL: nats.url,
    MULTIWA_ENCRYPTION_KEY: key,
    MULTIWA_ALLOW_PRIVATE_URLS: 'true',
  });
  const service = await startEvents(env, createLogger('events-test', 'silent'), () => undefined);
  onTestFinished(service.stop);
}

async function record<T extends EventType>(owner: TestProfile, type: T, all: EventData<T>[]): Promise<string[]> {
  const events = all.map((data) => eventOf(type, { id: newId(), ...owner, data }));
  await database.db.transaction((tx) => appendEvents(tx, events));
  nats.bus.nudge(subjects.nudge.outbox);
  return events.map(({ id }) => id);
}

const chatOf = (n: number) => `62811111111${n}@s.whatsapp.net`;
const sentTo = (chat: string): EventData<'message.sent'> => {
  return { messageId: newId(), waMessageId: newId(), chat, at: '2026-01-01T00:00:00.000Z' };
};
const qr = { qr: 'x', expiresAt: '2026-01-01T00:00:00.000Z' };

const endpointRow = (id: string) => database.db.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id } });
const deliveredIds = async (endpointId: string) =>
  (await database.db.prisma.webhookDelivery.findMany({ where: { endpointId, status: 'DELIVERED' } })).map(
    ({ eventId }) => eventId,
  );
const everythingDue = (endpointId: string) =>
  database.db.prisma.webhookDelivery.updateMany({
    where: { endpointId, status: 'PENDING', claimedBy: null },
    data: { nextAttemptAt: new Date(0) },
  });

test('an ordered endpoint gets each chat in the order of its events, one at a time, also through failures', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const underway = new Set<string>();
  let overlapped = false;
  const receiver = await startReceiver(async ({ body }, nth) => {
    const { chat } = JSON.parse(body).data;
    overlapped ||= underway.has(chat);
    underway.add(chat);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underway.delete(chat);
    return nth % 5 === 0 ? { status: 503 } : { status: 204 };
  });
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url, ordered: true });
  const ids = await record(
    owner,
    'message.sent',
    Array.from({ length: 60 }, (_, n) => sentTo(chatOf(n % 3))),
  );
  // As though the time passed after which what failed comes again.
  await waitFor(
    async () => {
      await everythingDue(endpoint.id);
      nats.bus.nudge(subjects.nudge.webhooks);
      return (await deliveredIds(endpoint.id)).length === 60;
    },
    { what: '60 deliveries', everyMs: 50 },
  );
  const taken = new Map<string, string[]>();
  for (const { body, headers, status } of receiver.received) {
    const { chat } = JSON.parse(body).data;
    if (status === 204) taken.set(chat, [...(taken.get(chat) ?? []), String(headers['webhook-id'])]);
  }
  for (const n of [0, 1, 2]) expect(taken.get(chatOf(n))).toEqual(ids.filter((_, index) => index % 3 === n));
  expect(overlapped).toBe(false);
});

test('an endpoint gets no more at the same time than it wants', async () => {
  await start();
  const owner = await makeProfile(database.db);
  let underway = 0;
  let most = 0;
  const receiver = await startReceiver(async () => {
    underway += 1;
    most = Math.max(most, underway);
    await new Promise((resolve) => setImmediate(resolve));
    underway -= 1;
    return { status: 204 };
  });
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url, maxConcurrency: 2 });
  await record(owner, 'profile.qr', Array(40).fill(qr));
  await waitFor(async () => (await deliveredIds(endpoint.id)).length === 40, { what: '40 deliveries' });
  expect(most).toBeLessThanOrEqual(2);
});

test('while a secret is replaced both sign, its own headers come along, and then the new one alone signs', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver();
  const headers = { authorization: 'Bearer very-secret', 'x-shop': 'jakarta' };
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url, headers });
  const newer = newWebhookSecret();
  const { keyId, ciphertext } = sealWebhookSecrets(cipher, endpoint.id, { secrets: [newer, endpoint.secret], headers });
  const rotated = (previousSecretUntil: Date) =>
    database.db.prisma.webhookEndpoint.update({
      where: { id: endpoint.id },
      data: { secretKeyId: keyId, secretCipher: Uint8Array.from(ciphertext), previousSecretUntil },
    });
  await rotated(new Date(Date.now() + 3_600_000));
  await record(owner, 'profile.qr', [qr]);
  await waitFor(() => receiver.received.length === 1, { what: 'the first delivery' });
  await rotated(new Date(Date.now() - 1));
  await record(owner, 'profile.qr', [qr]);
  await waitFor(() => receiver.received.length === 2, { what: 'the second delivery' });
  const [both, one] = receiver.received;
  expect(both?.headers).toMatchObject(headers);
  expect(String(both?.headers['webhook-signature']).split(' ')).toHaveLength(2);
  for (const secret of [newer, endpoint.secret]) {
    new Webhook(secret).verify(both?.body ?? '', both?.headers as Record<string, string>);
  }
  new Webhook(newer).verify(one?.body ?? '', one?.headers as Record<string, string>);
  expect(() => new Webhook(endpoint.secret).verify(one?.body ?? '', one?.headers as Record<string, string>)).toThrow();
  const rows = await database.db.prisma.webhookDelivery.findMany({
    where: { endpointId: endpoint.id },
    include: { attempts: true },
  });
  expect(JSON.stringify(rows)).not.toContain('very-secret');
});

test('what a dead replica had claimed is due again at once, and what a living one has claimed is left to it', async () => {
  const { prisma, pool } = database.db;
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver();
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url });
  const living = await tryToLead(pool, claimantRole('a living one'), 60_000);
  onTestFinished(async () => living?.release());
  const until = new Date(Date.now() + 3_600_000);
  const claimed = (claimedBy: string) => ({
    id: newId(),
    workspaceId: owner.workspaceId,
    endpointId: endpoint.id,
    eventId: newId(),
    eventType: 'profile.qr',
    body: '{}',
    claimedBy,
    claimedUntil: until,
    nextAttemptAt: until,
  });
  const [dead, alive] = [claimed('a dead one'), claimed('a living one')];
  await prisma.webhookDelivery.createMany({ data: [dead, alive] });
  await start();
  await waitFor(async () => (await deliveredIds(endpoint.id)).includes(dead.eventId), { what: 'the delivery' });
  const left = await prisma.webhookDelivery.findUniqueOrThrow({ where: { id: alive.id } });
  expect(left).toMatchObject({ status: 'PENDING', claimedBy: 'a living one' });
});

test('an endpoint that has only failed for days is disabled, which is announced with the way back; a success clears the days', async () => {
  await start();
  const owner = await makeProfile(database.db);
  let status = 500;
  const receiver = await startReceiver(() => ({ status }));
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url, eventTypes: ['profile.qr'] });
  await record(owner, 'profile.qr', [qr]);
  await waitFor(async () => (await endpointRow(endpoint.id)).failingSince !== null, {
    what: 'the failure to be noted',
  });
  const since = (days: number) =>
    database.db.prisma.webhookEndpoint.update({
      where: { id: endpoint.id },
      data: { failingSince: new Date(Date.now() - days * 86_400_000) },
    });
  await since(2);
  status = 204;
  await everythingDue(endpoint.id);
  nats.bus.nudge(subjects.nudge.webhooks);
  await waitFor(async () => (await endpointRow(endpoint.id)).failingSince === null, {
    what: 'the success to be noted',
  });
  status = 500;
  await since(4);
  await record(owner, 'profile.qr', [qr]);
  await waitFor(async () => !(await endpointRow(endpoint.id)).enabled, { what: 'the endpoint to be disabled' });
  const told = await waitFor(
    async () => (await eventsOf(database.db, owner)).find(({ type }) => type === 'webhook.disabled'),
    { what: 'the announcement' },
  );
  expect(told?.data).toMatchObject({ endpointId: endpoint.id, reason: 'failing' });
  expect(JSON.stringify(told?.data)).toContain('/replay');
});

test('what there was since a time comes again, and what was missed comes for the first time: each with one body', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver();
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: receiver.url, eventTypes: ['profile.*'] });
  const had = await record(owner, 'profile.qr', Array(5).fill(qr));
  await waitFor(async () => (await deliveredIds(endpoint.id)).length === 5, { what: '5 deliveries' });
  const enable = (enabled: boolean) =>
    database.db.prisma.webhookEndpoint.update({ where: { id: endpoint.id }, data: { enabled } });
  await enable(false);
  const missed = await record(owner, 'profile.qr', Array(5).fill(qr));
  await record(owner, 'message.sent', [sentTo(chatOf(1))]);
  await waitFor(
    async () => (await database.db.prisma.event.count({ where: { ...owner, publishedAt: { not: null } } })) === 11,
    { what: 'the announcements' },
  );
  await enable(true);
  const asked = await askReplay(database.db, {
    workspaceId: owner.workspaceId,
    endpointId: endpoint.id,
    since: new Date(Date.now() - 3_600_000),
  });
  expect(asked.events).toBe(11);
  nats.bus.nudge(subjects.nudge.webhooks);
  await waitFor(() => receiver.received.length === 15, { what: 'everything to come' });
  const bodies = new Map<string, Set<string>>();
  for (const { headers, body } of receiver.received) {
    const id = String(headers['webhook-id']);
    bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
  }
  expect([...bodies.keys()].sort()).toEqual([...had, ...missed].sort());
  expect([...bodies.values()].every(({ size }) => size === 1)).toBe(true);
  await waitFor(async () => (await endpointRow(endpoint.id)).replayAfter === null, { what: 'the replay to end' });
});

test('old deliveries, attempts and events are deleted; what waits and what is younger stays', async () => {
  const { prisma, pool } = database.db;
  const owner = await makeProfile(database.db);
  const endpoint = await addEndpoint(database.db, cipher, owner, { url: 'http://127.0.0.1:9/', enabled: false });
  const old = new Date(Date.now() - 40 * 86_400_000);
  const row = { workspaceId: owner.workspaceId, endpointId: endpoint.id, eventType: 'profile.qr', body: '{}' };
  const make = async (status: 'DELIVERED' | 'PENDING', createdAt: Date) => {
    const id = newId();
    const attempts = { create: { number: 1, startedAt: createdAt, durationMs: 1 } };
    await prisma.webhookDelivery.create({ data: { ...row, id, eventId: newId(), status, createdAt, attempts } });
    return id;
  };
  const [, waiting, young] = [
    await make('DELIVERED', old),
    await make('PENDING', old),
    await make('DELIVERED', new Date()),
  ];
  const keepMs = 30 * 86_400_000;
  expect(await pruneDeliveries(database.db, keepMs, 100)).toBe(1);
  const left = await prisma.webhookDelivery.findMany({
    where: { endpointId: endpoint.id },
    include: { attempts: true },
  });
  expect(left.map(({ id }) => id).sort()).toEqual([waiting, young].sort());
  expect(left.every(({ attempts }) => attempts.length === 1)).toBe(true);
  const event = (publishedAt: Date | null, sequence: number) =>
    prisma.event.create({
      data: {
        id: newId(),
        ...owner,
        stream: owner.profileId,
        sequence,
        type: 'profile.qr',
        data: qr,
        createdAt: old,
        publishedAt,
      },
    });
  await event(old, 1);
  const kept = [await event(null, 2), await event(new Date(), 3)];
  expect(await pruneEvents(pool, keepMs, 100)).toBe(1);
  const events = await prisma.event.findMany({ where: { stream: owner.profileId } });
  expect(events.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort());
});

test('answers kept for repeated requests are forgotten when they are old', async () => {
  const { prisma, pool } = database.db;
  const { workspaceId } = await makeProfile(database.db);
  const record = (key: string, createdAt: Date) =>
    prisma.idempotencyRecord.create({ data: { workspaceId, key, requestHash: 'x', createdAt } });
  await record('old', new Date(Date.now() - 8 * 86_400_000));
  await record('young', new Date());
  expect(await pruneIdempotency(pool, timing.pruning.idempotencyMs, 100)).toBe(1);
  const left = await prisma.idempotencyRecord.findMany({ where: { workspaceId } });
  expect(left.map(({ key: kept }) => kept)).toEqual(['young']);
});
