import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EventEnvelope, subjects } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { type NatsServer, startNats } from '@multiwa/launcher';
import { AckPolicy, connect, DeliverPolicy, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type Tenant, type TestGateway, until } from './gateway.js';

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-subscribers-'));
let server: NatsServer;
let gateway: TestGateway;
let other: Tenant;
beforeAll(async () => {
  server = await startNats({ dataDir, users: true });
  gateway = await startTestGateway({ natsUrl: server.url, natsUsersFile: server.usersFile });
  other = await gateway.newTenant();
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Credentials {
  id: string;
  user: string;
  password: string;
  servers: string[];
  inboxPrefix: string;
  stream: string;
  consumer: string;
  subject: string;
}

async function subscriber(body: object = {}, key?: string): Promise<Credentials> {
  const made = await gateway.call('POST', '/subscribers', { key, body: { name: 'Warehouse', ...body } });
  expect(made.status).toBe(201);
  return made.json as unknown as Credentials;
}

async function logIn({ servers, user, password, inboxPrefix }: Credentials): Promise<NatsConnection> {
  const connection = await connect({ servers, user, pass: password, inboxPrefix, reconnect: false });
  onTestFinished(() => connection.close());
  return connection;
}

async function announce(workspaceId: string, count: number, type: EventEnvelope['type'] = 'message.sent') {
  const profileId = newId();
  const events = Array.from({ length: count }, (_, n): EventEnvelope => {
    const timestamp = new Date().toISOString();
    return { id: newId(), type, version: 1, timestamp, workspaceId, profileId, sequence: n + 1, data: {} };
  });
  for (const result of await gateway.bus.publishEvents(events)) expect(result.ok).toBe(true);
  return events.map(({ id }) => id);
}

/** Reads so many events and acks them. */
async function read(connection: NatsConnection, { stream, consumer }: Credentials, count: number): Promise<string[]> {
  const messages = await (await connection.jetstream().consumers.get(stream, consumer)).fetch({
    max_messages: count,
    expires: 10_000,
  });
  const ids: string[] = [];
  for await (const message of messages) {
    ids.push((message.json() as EventEnvelope).id);
    message.ack();
  }
  return ids;
}

/** What the server says to something that a user may not do. */
async function refusal(work: () => Promise<unknown>): Promise<string> {
  return work().then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

test('a subscriber reads the events of its workspace, resumes where it acked, and gets those of its filter only', async () => {
  const credentials = await subscriber({ filter: 'message.*' });
  const first = await announce(gateway.tenant.workspaceId, 3);
  await announce(gateway.tenant.workspaceId, 2, 'profile.qr');
  await announce(other.workspaceId, 2);
  expect(await read(await logIn(credentials), credentials, 3)).toEqual(first);
  const second = await announce(gateway.tenant.workspaceId, 2);
  expect(await read(await logIn(credentials), credentials, 2)).toEqual(second);
});

test('with the credentials of one workspace nothing of another is read: no subject, no stream, no consumer', async () => {
  const mine = await subscriber();
  const theirs = await subscriber({}, other.key);
  const connection = await logIn(mine);
  await announce(other.workspaceId, 1);
  const subscribe = (subject: string) =>
    refusal(
      () =>
        new Promise<void>((resolve, reject) => {
          connection.subscribe(subject, { callback: (error) => (error ? reject(error) : resolve()), timeout: 2_000 });
        }),
    );
  for (const subject of [
    subjects.eventsOf(other.workspaceId),
    'event.>',
    '>',
    '*.*.*.*.*',
    'fact.>',
    'cmd.>',
    'ask.>',
    '$JS.>',
    '$SYS.>',
    '_INBOX.>',
    `${theirs.inboxPrefix}.>`,
  ]) {
    expect(await subscribe(subject), subject).toMatch(/permissions violation/i);
  }
  const call = (subject: string, body = '') => refusal(() => connection.request(subject, body, { timeout: 2_000 }));
  const consumer = {
    durable_name: 'mine',
    filter_subject: 'event.>',
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
  };
  for (const [subject, body] of [
    ['$JS.API.STREAM.INFO.EVENTS', ''],
    ['$JS.API.STREAM.LIST', ''],
    ['$JS.API.STREAM.NAMES', ''],
    ['$JS.API.STREAM.MSG.GET.EVENTS', '{"seq":1}'],
    ['$JS.API.DIRECT.GET.EVENTS', '{"seq":1}'],
    ['$JS.API.STREAM.PURGE.EVENTS', ''],
    ['$JS.API.STREAM.DELETE.EVENTS', ''],
    ['$JS.API.CONSUMER.LIST.EVENTS', ''],
    ['$JS.API.CONSUMER.NAMES.EVENTS', ''],
    [`$JS.API.CONSUMER.INFO.EVENTS.${theirs.consumer}`, ''],
    [`$JS.API.CONSUMER.MSG.NEXT.EVENTS.${theirs.consumer}`, '1'],
    [`$JS.API.CONSUMER.DELETE.EVENTS.${theirs.consumer}`, ''],
    [`$JS.API.CONSUMER.DELETE.EVENTS.${mine.consumer}`, ''],
    ['$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.mine', JSON.stringify({ stream_name: 'EVENTS', config: consumer })],
    ['$JS.API.CONSUMER.CREATE.EVENTS', JSON.stringify({ stream_name: 'EVENTS', config: consumer })],
    [subjects.event(gateway.tenant.workspaceId, null, 'message.sent'), '{}'],
    [subjects.event(other.workspaceId, null, 'message.sent'), '{}'],
    [subjects.fact(newId(), 'message-received'), '{}'],
    [subjects.ask(newId(), 'session'), '{}'],
    ['nudge.outbox', ''],
  ] as const) {
    expect(await call(subject, body), subject).toMatch(/permissions violation/i);
  }
  // What it may do still works on the same connection.
  const ids = await announce(gateway.tenant.workspaceId, 1);
  expect(await read(connection, mine, 1)).toEqual(ids);
});

test('a revoked subscriber is thrown out and cannot come back; a new password ends the old one and keeps the place', async () => {
  const credentials = await subscriber();
  const connection = await logIn(credentials);
  const ids = await announce(gateway.tenant.workspaceId, 4);
  expect(await read(connection, credentials, 2)).toEqual(ids.slice(0, 2));
  const changed = await gateway.call('POST', `/subscribers/${credentials.id}/password`);
  expect(changed.status).toBe(200);
  await connection.closed();
  expect(await refusal(() => logIn(credentials))).toMatch(/authorization violation/i);
  const renewed = { ...credentials, password: String(changed.json.password) };
  const again = await logIn(renewed);
  expect(await read(again, renewed, 2)).toEqual(ids.slice(2));
  expect((await gateway.call('DELETE', `/subscribers/${credentials.id}`)).status).toBe(204);
  await again.closed();
  expect(await refusal(() => logIn(renewed))).toMatch(/authorization violation/i);
  expect((await gateway.call('GET', `/subscribers/${credentials.id}`)).json).toMatchObject({
    code: 'subscriber_not_found',
  });
});

test('nobody gets in without a user, and no password stands in a file, a list or a row', async () => {
  const credentials = await subscriber();
  expect(await refusal(() => connect({ servers: credentials.servers, reconnect: false }))).toMatch(
    /authorization violation/i,
  );
  const row = await gateway.database.prisma.subscriber.findUniqueOrThrow({ where: { id: credentials.id } });
  const list = await gateway.call('GET', '/subscribers');
  for (const text of [readFileSync(server.usersFile ?? '', 'utf8'), JSON.stringify(row), list.text]) {
    expect(text).toContain(credentials.id);
    expect(text).not.toContain(credentials.password);
  }
});

test('a reader from the oldest event gets what is kept; a consumer that the server lost is made again', async () => {
  const ids = await announce(other.workspaceId, 2);
  const credentials = await subscriber({ from: 'OLDEST' }, other.key);
  const connection = await logIn(credentials);
  const all = await read(connection, credentials, 100_000);
  expect(all.slice(-2)).toEqual(ids);
  await gateway.bus.removeSubscriber(credentials.id);
  await until(async () => {
    const consumers = connection.jetstream().consumers;
    return consumers.get(credentials.stream, credentials.consumer).catch(() => undefined);
  });
}, 60_000);

test('where the gateway keeps no users of NATS it says so, and no scope but its own makes a subscriber', async () => {
  const plain = await startTestGateway();
  onTestFinished(() => plain.stop());
  const answer = await plain.call('POST', '/subscribers', { body: { name: 'Warehouse' } });
  expect(answer).toMatchObject({ status: 409, json: { code: 'subscribers_unavailable' } });
  const key = await gateway.newKey(gateway.tenant, { scopes: ['events:read'] });
  const refused = await gateway.call('POST', '/subscribers', { key, body: { name: 'Warehouse' } });
  expect(refused.json).toMatchObject({ code: 'scope_missing' });
  const foreign = await gateway.call('POST', '/subscribers', {
    body: { name: 'X', profileId: await gateway.newProfile(other) },
  });
  expect(foreign.json).toMatchObject({ code: 'profile_not_found' });
});
