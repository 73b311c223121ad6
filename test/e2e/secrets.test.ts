import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../packages/db/dist/index.js';
import { createClient } from '../../packages/sdk/dist/index.js';
import {
  EventLog,
  linkProfile,
  type Product,
  startTraceCollector,
  startWebhookReceiver,
  waitFor,
} from '../../packages/testkit/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const collector = await startTraceCollector();
afterAll(() => collector.stop());
const product = useProduct({
  durable: false,
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, MULTIWA_ALLOW_PRIVATE_URLS: 'true', LOG_LEVEL: 'debug' },
});

const plant = (what: string) => `planted-${what}-${randomBytes(12).toString('hex')}`;

/** Calls the API as a client does that makes mistakes: nothing of what it sends may be kept or said again. */
async function post({ url }: Product, where: string, key: string, body: string): Promise<number> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return (await fetch(`${url}/api/v1${where}`, { method: 'POST', headers, body })).status;
}

test('secrets of a customer stand in no log, trace, event, delivery record or row of the database', async () => {
  showLogsOnFailure(product());
  const { client, sandbox, url, apiKey } = product();
  const header = plant('header');
  const proxyPassword = plant('proxy');
  const wrongKey = plant('key');
  const [rotated, receiver] = [`whsec_${randomBytes(32).toString('base64')}`, await startWebhookReceiver()];
  onTestFinished(() => receiver.stop());
  const log = await EventLog.open(client);
  onTestFinished(() => log.close());
  const { profile, phone } = await linkProfile(product(), 'Discreet');

  const { id: endpointId } = await client.webhooks.create({
    url: receiver.url,
    secret: receiver.secret,
    headers: { authorization: `Bearer ${header}` },
  });
  const failing = await client.webhooks.create({
    url: 'http://127.0.0.1:1/',
    headers: { 'x-token': header },
    eventTypes: ['message.*'],
  });
  const idle = await client.profiles.create({ name: 'Behind a proxy', network: 'SANDBOX' });
  await client.profiles.setProxy(idle.id, `http://user:${proxyPassword}@127.0.0.1:1`);
  await client.profiles.testProxy(idle.id);
  const made = await client.apiKeys.create({ name: 'Second', scopes: ['messages:write', 'messages:read'] });
  const subscriber = await client.subscribers.create({ name: 'Warehouse' });

  // Mistakes: refused before anything is stored, and not repeated anywhere.
  expect(await post(product(), '/webhooks', apiKey, JSON.stringify({ url: receiver.url, secret: header }))).toBe(422);
  expect(await post(product(), '/webhooks', apiKey, `{"secret":"${header}"`)).toBe(400);
  expect(await post(product(), '/webhooks', apiKey, JSON.stringify({ url: `http://u:${header}@x.example/` }))).toBe(
    422,
  );
  expect(await post(product(), '/accounts', wrongKey, '{}')).toBe(401);

  const friend = await sandbox.createPhone({ name: 'Friend' });
  const second = createClient({ url, apiKey: made.key });
  await sandbox.send(friend.phone, { to: phone.phone, text: 'hello' });
  await log.waitFor('message.received');
  const sent = await second.messages.send(profile.id, { type: 'TEXT', to: friend.phone, text: 'hello yourself' });
  await log.waitFor('message.delivered', ({ data }) => data.messageId === sent.id);
  await waitFor(() => receiver.received.some(({ event }) => event.type === 'message.delivered'), {
    what: 'the webhook of the delivery',
  });
  await client.webhooks.rotateSecret(endpointId, { secret: rotated });
  await client.webhooks.test(endpointId);
  await waitFor(
    async () => (await client.webhooks.deliveries(failing.id)).items.some((each) => each.attemptCount > 0),
    {
      what: 'a failed attempt',
    },
  );
  await waitFor(() => collector.bodies.length > 0, { what: 'traces' });

  const secrets = {
    apiKey,
    secondKey: made.key,
    wrongKey,
    webhookSecret: receiver.secret.slice('whsec_'.length),
    rotatedSecret: rotated.slice('whsec_'.length),
    header,
    proxyPassword,
    subscriberPassword: subscriber.password,
    encryptionKey: readFileSync(path.join(product().dataDir, 'encryption.key'), 'utf8').trim(),
    natsPassword: readFileSync(path.join(product().dataDir, 'nats', 'services.password'), 'utf8').trim(),
    databasePassword: new URL(product().databaseUrl).password,
  };
  const places = new Map<string, string>([
    ['traces', collector.bodies.join('\n')],
    ['webhooks', receiver.received.map(({ body }) => body).join('\n')],
    ['events', JSON.stringify(log.seen)],
    ...logsAndStreams(product().dataDir),
    ...(await rows(product().databaseUrl)),
  ]);
  expect(places.size).toBeGreaterThan(40);
  const found = [...places].flatMap(([place, text]) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      [secret, Buffer.from(secret).toString('hex')].some((each) => text.includes(each)) ? [`${name} in ${place}`] : [],
    ),
  );
  expect(found).toEqual([]);
});

/** Logs of the services and servers, and what NATS keeps, as text. */
function logsAndStreams(dataDir: string): [string, string][] {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.log$/.test(file) || file.startsWith(path.join('nats', 'store')) || file.endsWith('users.conf'),
  );
  return files
    .filter((file) => statSync(path.join(dataDir, file)).isFile())
    .map((file) => [file, readFileSync(path.join(dataDir, file), 'latin1')]);
}

/** Every table as text, with bytes as hex. */
async function rows(databaseUrl: string): Promise<[string, string][]> {
  const database = openDatabase({ url: databaseUrl });
  try {
    const tables = await database.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    const read: [string, string][] = [];
    for (const { name } of tables.rows) {
      const text = `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM "${name}" t`;
      const { rows: all } = await database.pool.query<{ text: string }>(text);
      read.push([`table ${name}`, all[0]?.text ?? '']);
    }
    return read;
  } finally {
    await database.close();
  }
}
