import { randomBytes } from 'node:crypto';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import {
  type CollectedSpan,
  EventLog,
  type LinkedProfile,
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
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, MULTIWA_ALLOW_PRIVATE_URLS: 'true' },
});

const sendRoute = 'POST /api/v1/profiles/:profileId/messages';
const callerSpanId = 'b7ad6b7169203331';

/** Sends as a caller does who traces, too; gives the message and the trace. */
async function send({ url, apiKey }: Product, profileId: string, body: object) {
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(`${url}/api/v1/profiles/${profileId}/messages`, {
    method: 'POST',
    headers: {
      'x-api-key': apiKey,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-${callerSpanId}-01`,
    },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  return { traceId, message: (await response.json()) as { id: string; waMessageId: string } };
}

/** A linked number, somebody to write to, and a webhook with a password in its URL. */
async function prepare(name: string) {
  const { client, sandbox } = product();
  showLogsOnFailure(product());
  const linked: LinkedProfile = await linkProfile(product(), name);
  const friend = await sandbox.createPhone({ name: `${name}’s friend` });
  const receiver = await startWebhookReceiver();
  onTestFinished(() => receiver.stop());
  const { secret } = receiver;
  await client.webhooks.create({ url: `${receiver.url}?password=hunter2`, secret, profileId: linked.profile.id });
  const log = await EventLog.open(client);
  onTestFinished(() => log.close());
  return { ...linked, friend, receiver, log };
}

/** Names from the first span of the trace down to this one, each with the service that made it. */
function pathTo(span: CollectedSpan, spans: readonly CollectedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...(parent ? pathTo(parent, spans) : []), `${span.service.replace('multiwa-', '')}: ${span.name}`];
}

/** The attempt to deliver the event of this type, once it and all spans above it have arrived. */
function attemptOf(type: string) {
  return (spans: CollectedSpan[]) => {
    const attempt = spans.find(
      ({ name, attributes }) => name === 'webhook attempt' && attributes['multiwa.event_type'] === type,
    );
    return attempt !== undefined && isOneTree(spans) && { attempt, path: pathTo(attempt, spans), spans };
  };
}

function isOneTree(spans: readonly CollectedSpan[]): boolean {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId)).length === 1;
}

test('the trace of a caller goes on through every service to the webhook, in one tree, and tells nothing that people wrote', async () => {
  const { profile, phone, friend, receiver } = await prepare('Sender');
  const { traceId, message } = await send(product(), profile.id, {
    type: 'TEXT',
    to: `+${friend.phone}`,
    text: 'Nobody else may read this',
  });
  const { path, spans } = await collector.waitForTrace(
    traceId,
    'the trace of a sent message',
    attemptOf('message.sent'),
  );
  expect(path).toEqual([
    `gateway: ${sendRoute}`,
    'gateway: accept message',
    'gateway: publish command send',
    'engine: handle command send',
    'engine: publish fact message-status',
    'events: handle fact message-status',
    'events: publish event message.sent',
    'events: webhook attempt',
  ]);
  expect(spans.find(({ name }) => name === sendRoute)).toMatchObject({ parentSpanId: callerSpanId });
  const pathsOf = (wanted: string) => spans.filter(({ name }) => name === wanted).map((span) => pathTo(span, spans));
  expect(pathsOf('encrypt and send')).toEqual([[...path.slice(0, 4), 'engine: encrypt and send']]);
  expect(pathsOf('wait for ack')).toEqual([[...path.slice(0, 4), 'engine: wait for ack']]);
  expect(pathsOf('sse write')).toContainEqual([...path.slice(0, 7), 'gateway: sse write']);
  const told = spans.map(({ attributes }) => attributes['multiwa.message_id']).filter((id) => id !== undefined);
  expect(new Set(told)).toEqual(new Set([message.id]));

  // A receipt of the phone comes later and knows nothing of the trace; what it leads to belongs to it all the same.
  const delivered = await collector.waitForTrace(traceId, 'its delivery', attemptOf('message.delivered'));
  expect(delivered.path).toEqual([
    ...path.slice(0, 2),
    'events: publish event message.delivered',
    'events: webhook attempt',
  ]);

  for (const service of ['gateway', 'engine-sandbox', 'events'])
    expect(product().logs(service, 1_000), service).toContain(`"trace_id":"${traceId}"`);
  const sent = collector.bodies.join('\n');
  expect(sent).toContain(traceId);
  const secrets = [
    'Nobody else',
    friend.phone,
    phone.phone,
    product().apiKey,
    'hunter2',
    receiver.url,
    receiver.secret,
  ];
  for (const secret of secrets) expect(sent).not.toContain(secret);
});

test('a received message begins a trace that goes from its arrival to the webhook', async () => {
  const { profile, phone, friend, log } = await prepare('Receiver');
  const { id } = await product().sandbox.send(friend.phone, { to: phone.phone, text: 'Also private' });
  await log.waitFor('message.received', ({ data }) => data.waMessageId === id);
  const { traceId } = await waitFor(
    () =>
      collector.spans.find(
        ({ name, attributes }) => name === 'receive message' && attributes['multiwa.wa_message_id'] === id,
      ),
    { what: 'the span of its arrival' },
  );
  const { path, spans } = await collector.waitForTrace(traceId, 'its trace', attemptOf('message.received'));
  expect(path).toEqual([
    'engine: receive message',
    'engine: publish fact message-received',
    'events: handle fact message-received',
    'events: publish event message.received',
    'events: webhook attempt',
  ]);
  expect(spans.map(({ attributes }) => attributes['multiwa.profile_id'])).toContain(profile.id);
  expect(collector.bodies.join('\n')).not.toContain('Also private');
});

test('a scheduled message goes on with its trace when its time has come', async () => {
  const { profile, friend } = await prepare('Planner');
  const sendAt = new Date(Date.now() + 1_500).toISOString();
  const { traceId } = await send(product(), profile.id, {
    type: 'TEXT',
    to: `+${friend.phone}`,
    text: 'Later',
    sendAt,
  });
  const { path } = await collector.waitForTrace(traceId, 'its trace', attemptOf('message.sent'));
  expect(path.slice(0, 4)).toEqual([
    `gateway: ${sendRoute}`,
    'gateway: accept message',
    'scheduler: publish command send',
    'engine: handle command send',
  ]);
});

test('what a flow answers belongs to the trace of the message that started the flow', async () => {
  const { profile, phone, friend } = await prepare('Shop');
  const { client, sandbox } = product();
  const flow = {
    trigger: { kind: 'message_matches' as const, match: { how: 'exact' as const, value: 'menu' } },
    start: 'say',
    nodes: [
      { id: 'say', kind: 'send_text' as const, text: 'Tea or coffee' },
      { id: 'end', kind: 'end' as const },
    ],
    edges: [{ from: 'say', way: 'next' as const, to: 'end' }],
  };
  const { id } = await client.automations.create({ name: 'Menu', profileId: profile.id, flow });
  await client.automations.publish(id);
  await client.automations.enable(id);
  await sandbox.send(friend.phone, { to: phone.phone, text: 'menu' });
  const { traceId } = await waitFor(
    () =>
      collector.spans.find(
        ({ name, attributes }) => name === 'match flows' && attributes['multiwa.outcome'] === 'started',
      ),
    { what: 'the flow to start' },
  );
  const { path } = await collector.waitForTrace(traceId, 'the answer to be sent', attemptOf('message.sent'));
  expect(path).toEqual([
    'engine: receive message',
    'engine: publish fact message-received',
    'events: handle fact message-received',
    'events: publish event message.received',
    'automation: match flows',
    'automation: accept message',
    'automation: publish command send',
    'engine: handle command send',
    'engine: publish fact message-status',
    'events: handle fact message-status',
    'events: publish event message.sent',
    'events: webhook attempt',
  ]);
});

test('each message of a broadcast has a trace of its own', async () => {
  const { profile, friend } = await prepare('Campaign');
  const { client } = product();
  const draft = await client.broadcasts.create({
    profileId: profile.id,
    name: 'To one',
    content: { type: 'TEXT', text: 'Hello' },
    audience: { kind: 'recipients', recipients: [{ to: `+${friend.phone}` }] },
    pace: { messagesPerMinute: 1_200, jitterPercent: 0, dailyCap: 100 },
  });
  await client.broadcasts.start(draft.id);
  const { traceId } = await waitFor(
    () => collector.spans.find(({ attributes }) => attributes['multiwa.broadcast_id'] === draft.id),
    { what: 'the message to be accepted' },
  );
  const { path } = await collector.waitForTrace(traceId, 'it to be sent', attemptOf('message.sent'));
  expect(path.slice(0, 3)).toEqual([
    'scheduler: accept message',
    'scheduler: publish command send',
    'engine: handle command send',
  ]);
});
