import { randomBytes } from 'node:crypto';
import { type EventData, type EventType, eventOf, subjects, timing } from '@multiwa/contracts';
import { appendEvents } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { createCipher, createLogger } from '@multiwa/runtime';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../packages/testkit/src/wait-for.js';
import { eventsEnv } from '../src/env.js';
import { startEvents } from '../src/start-events.js';
import { eventsOf, makeProfile, type TestProfile, useTestDatabase } from './support/database.js';
import { addEndpoint as insertEndpoint } from './support/endpoints.js';
import { useOwnNats } from './support/nats.js';
import { startReceiver } from './support/receiver.js';

const database = useTestDatabase();
const nats = useOwnNats();
const key = randomBytes(32).toString('base64');
const cipher = createCipher(key);

async function start(allowPrivate = true) {
  const service = await startEvents(
    eventsEnv.parse({
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      MULTIWA_ENCRYPTION_KEY: key,
      MULTIWA_ALLOW_PRIVATE_URLS: String(allowPrivate),
    }),
    createLogger('events-test', 'silent'),
    () => undefined,
  );
  onTestFinished(service.stop);
  return service;
}

const addEndpoint = (owner: TestProfile, url: string, eventTypes: EventType[] = []) =>
  insertEndpoint(database.db, cipher, owner, { url, eventTypes });

async function record<T extends EventType>(owner: TestProfile, type: T, data: EventData<T>, count = 1) {
  const events = Array.from({ length: count }, () => eventOf(type, { id: newId(), ...owner, data }));
  await database.db.transaction((tx) => appendEvents(tx, events));
  nats.bus.nudge(subjects.nudge.outbox);
  return events.map(({ id }) => id);
}

const qr = (text = 'x') => ({ qr: text, expiresAt: '2026-01-01T00:00:00.000Z' });

const deliveries = (endpointId: string) =>
  database.db.prisma.webhookDelivery.findMany({
    where: { endpointId },
    include: { attempts: { orderBy: { number: 'asc' } } },
    orderBy: { id: 'asc' },
  });

async function untilStatus(endpointId: string, status: string, count = 1) {
  return waitFor(
    async () => {
      const rows = await deliveries(endpointId);
      return rows.filter((row) => row.status === status).length >= count && rows;
    },
    { what: `${count} deliveries ${status}` },
  );
}

test('every event reaches the endpoint once, with a signature that the published library accepts', async () => {
  await Promise.all([start(), start()]);
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver();
  const endpoint = await addEndpoint(owner, receiver.url);
  const other = await makeProfile(database.db);
  const ids = await record(owner, 'profile.qr', qr('unicode é 😀 "quoted"'), 200);
  await record(other, 'profile.qr', qr());
  const rows = await untilStatus(endpoint.id, 'DELIVERED', 200);
  expect(receiver.received.map(({ headers }) => headers['webhook-id']).sort()).toEqual([...ids].sort());
  expect(rows.every(({ attempts }) => attempts.length === 1 && attempts[0]?.responseStatus === 204)).toBe(true);
  const webhook = new Webhook(endpoint.secret);
  for (const { headers, body } of receiver.received) {
    const event = webhook.verify(body, headers as Record<string, string>);
    expect(event).toMatchObject({ id: headers['webhook-id'], profileId: owner.profileId, type: 'profile.qr' });
  }
  const [first] = receiver.received;
  expect(() => webhook.verify(`${first?.body} `, first?.headers as Record<string, string>)).toThrow();
});

test('a filter lets only its events through, and a test only its endpoint', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const [chosen, rest] = [await startReceiver(), await startReceiver()];
  const endpoint = await addEndpoint(owner, chosen.url, ['contact.created']);
  const all = await addEndpoint(owner, rest.url);
  const [testId] = await record(owner, 'webhook.test', { endpointId: endpoint.id });
  await record(owner, 'profile.qr', qr());
  const contact = { phone: '628111111111', lid: null, contactId: newId(), name: null };
  const [contactEvent] = await record(owner, 'contact.created', contact);
  await untilStatus(endpoint.id, 'DELIVERED', 2);
  await untilStatus(all.id, 'DELIVERED', 2);
  expect(chosen.received.map(({ headers }) => headers['webhook-id'])).toEqual([testId, contactEvent]);
  expect(rest.received.map(({ body }) => JSON.parse(body).type).sort()).toEqual(['contact.created', 'profile.qr']);
});

test('a failed attempt is kept with what was answered, and comes again by the schedule with the same body and id', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver((_, nth) =>
    nth === 1 ? { status: 500, body: 'é'.repeat(5_000) } : { status: 200 },
  );
  const endpoint = await addEndpoint(owner, receiver.url);
  await record(owner, 'profile.qr', qr());
  const [waiting] = await waitFor(
    async () => {
      const rows = await deliveries(endpoint.id);
      return rows[0]?.attemptCount === 1 && rows;
    },
    { what: 'the first attempt' },
  );
  expect(waiting).toMatchObject({ status: 'PENDING', attempts: [{ responseStatus: 500, errorCode: null }] });
  expect(Buffer.byteLength(waiting?.attempts[0]?.responseBody ?? '')).toBeLessThanOrEqual(1_024);
  const waitMs = (waiting?.nextAttemptAt?.getTime() ?? 0) - (waiting?.attempts[0]?.startedAt.getTime() ?? 0);
  expect(waitMs).toBeGreaterThan((timing.webhookRetryMs[0] ?? 0) * 0.7);
  // As though the time had passed.
  await database.db.prisma.webhookDelivery.updateMany({
    where: { endpointId: endpoint.id },
    data: { nextAttemptAt: new Date(0) },
  });
  nats.bus.nudge(subjects.nudge.webhooks);
  await untilStatus(endpoint.id, 'DELIVERED');
  const [one, two] = receiver.received;
  expect([two?.body, two?.headers['webhook-id']]).toEqual([one?.body, one?.headers['webhook-id']]);
});

test('after the last attempt of the schedule the delivery has failed', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver(() => ({ status: 503 }));
  const endpoint = await addEndpoint(owner, receiver.url);
  await record(owner, 'profile.qr', qr());
  for (let attempt = 1; attempt <= timing.webhookRetryMs.length + 1; attempt += 1) {
    await waitFor(async () => (await deliveries(endpoint.id))[0]?.attemptCount === attempt, {
      what: `attempt ${attempt}`,
    });
    await database.db.prisma.webhookDelivery.updateMany({
      where: { endpointId: endpoint.id, status: 'PENDING' },
      data: { nextAttemptAt: new Date(0) },
    });
    nats.bus.nudge(subjects.nudge.webhooks);
  }
  expect(await untilStatus(endpoint.id, 'FAILED')).toMatchObject([{ nextAttemptAt: null, endedAt: expect.any(Date) }]);
});

test('410 disables the endpoint, which is announced, and what else it was to get waits', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver(() => ({ status: 410 }));
  const endpoint = await addEndpoint(owner, receiver.url, ['profile.qr']);
  await record(owner, 'profile.qr', qr());
  await untilStatus(endpoint.id, 'FAILED');
  const row = await database.db.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: endpoint.id } });
  expect(row).toMatchObject({ enabled: false, disabledReason: 'gone' });
  await waitFor(async () => (await eventsOf(database.db, owner)).some(({ type }) => type === 'webhook.disabled'), {
    what: 'the announcement',
  });
});

test('a redirect is refused and an address that is not public is not called, unless the operator allows it', async () => {
  await start(false);
  const owner = await makeProfile(database.db);
  const receiver = await startReceiver();
  const endpoint = await addEndpoint(owner, receiver.url);
  await record(owner, 'profile.qr', qr());
  const [refused] = await waitFor(
    async () => {
      const rows = await deliveries(endpoint.id);
      return rows[0]?.attemptCount === 1 && rows;
    },
    { what: 'the refused attempt' },
  );
  expect(refused).toMatchObject({
    status: 'PENDING',
    attempts: [{ responseStatus: null, errorCode: 'url_not_allowed' }],
  });
  expect(receiver.received).toEqual([]);
});

test('a redirect is not followed', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const target = await startReceiver();
  const receiver = await startReceiver(() => ({ status: 307, location: target.url }));
  const endpoint = await addEndpoint(owner, receiver.url);
  await record(owner, 'profile.qr', qr());
  await waitFor(async () => (await deliveries(endpoint.id))[0]?.attemptCount === 1, { what: 'the attempt' });
  const [row] = await deliveries(endpoint.id);
  expect(row).toMatchObject({ status: 'PENDING', attempts: [{ responseStatus: 307, errorCode: 'redirect_refused' }] });
  expect(target.received).toEqual([]);
});

test('an endpoint that never answers delays no other', async () => {
  await start();
  const owner = await makeProfile(database.db);
  const [dead, healthy] = [await startReceiver(() => undefined), await startReceiver()];
  const deadEndpoint = await addEndpoint(owner, dead.url);
  const endpoint = await addEndpoint(owner, healthy.url);
  await record(owner, 'profile.qr', qr(), 150);
  await untilStatus(endpoint.id, 'DELIVERED', 150);
  const left = await deliveries(deadEndpoint.id);
  expect(left.map(({ status }) => status)).toEqual(Array(150).fill('PENDING'));
});

test('the webhookUrl of a profile is an endpoint, follows it, and ends with it', async () => {
  await start();
  const { prisma } = database.db;
  const owner = await makeProfile(database.db);
  const [first, second] = [await startReceiver(), await startReceiver()];
  const set = (webhookUrl: string | null) =>
    prisma.profile.update({ where: { id: owner.profileId }, data: { webhookUrl } });
  const endpoints = () => prisma.webhookEndpoint.findMany({ where: { profileId: owner.profileId, deletedAt: null } });
  await set(first.url);
  await record(owner, 'profile.qr', qr());
  await waitFor(() => first.received.length === 1, { what: 'the delivery' });
  expect(await endpoints()).toMatchObject([{ fromProfile: true, url: first.url }]);
  await set(second.url);
  await record(owner, 'profile.qr', qr());
  await waitFor(() => second.received.length === 1, { what: 'the delivery at the new place' });
  await set(null);
  nats.bus.nudge(subjects.nudge.profile(owner.profileId));
  await waitFor(async () => (await endpoints()).length === 0, { what: 'the endpoint to go' });
  expect(first.received).toHaveLength(1);
});
