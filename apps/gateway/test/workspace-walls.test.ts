import { exampleFlow, statusChat } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type Tenant, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let other: Tenant;
/** Ids of rows that belong to the other workspace, by the name of the path parameter. */
let foreign: Record<string, string>;

beforeAll(async () => {
  gateway = await startTestGateway();
  other = await gateway.newTenant();
  const { prisma } = gateway.database;
  const profileId = await gateway.newProfile(other);
  const sent = await gateway.send(profileId, 'theirs', { key: other.key });
  const account = await gateway.call('POST', '/accounts', { key: other.key, body: { name: 'Theirs' } });
  const contact = await prisma.contact.create({ data: { id: newId(), profileId, phone: '6281234567890' } });
  const chat = '6281234567890@s.whatsapp.net';
  const conversation = await prisma.conversation.create({ data: { id: newId(), profileId, chat } });
  const theirs = { key: other.key };
  const automation = await gateway.call('POST', '/automations', {
    ...theirs,
    body: { name: 'Theirs', flow: exampleFlow },
  });
  const automationId = String(automation.json.id);
  const run = { id: newId(), workspaceId: other.workspaceId, automationId, version: 1, profileId, chat };
  const { id: runId } = await prisma.automationRun.create({
    data: { ...run, contactId: contact.id, nodeId: 'ask', triggerEventId: newId(), wakeAt: new Date() },
  });
  const webhook = await gateway.call('POST', '/webhooks', { ...theirs, body: { url: 'https://1.1.1.1/' } });
  const endpointId = String(webhook.json.id);
  const delivery = { id: newId(), workspaceId: other.workspaceId, endpointId, eventId: newId() };
  const { id: deliveryId } = await prisma.webhookDelivery.create({
    data: { ...delivery, eventType: 'message.sent', body: '{}', status: 'FAILED' },
  });
  const optOut = await gateway.call('POST', '/opt-outs', { ...theirs, body: { to: '+4915112345678' } });
  const { id: mediaId } = await prisma.mediaObject.create({
    data: { id: newId(), workspaceId: other.workspaceId, origin: 'UPLOAD', state: 'READY', mimeType: 'text/plain' },
  });
  const subscription = await prisma.presenceSubscription.create({ data: { id: newId(), profileId, chat } });
  const posted = { chat: statusChat, waMessageId: 'S1', fromMe: true, type: 'TEXT' as const, status: 'SENT' as const };
  const theirStatus = await prisma.message.create({
    data: { id: newId(), workspaceId: other.workspaceId, profileId, ...posted, content: { type: 'TEXT', text: 'x' } },
  });
  const ringing = { waCallId: 'A1', fromJid: chat, chat, status: 'RINGING' as const, startedAt: new Date() };
  const call = await prisma.call.create({
    data: { id: newId(), workspaceId: other.workspaceId, profileId, ...ringing },
  });
  const key = await prisma.apiKey.findFirstOrThrow({ where: { workspaceId: other.workspaceId } });
  const subscriber = { id: newId(), workspaceId: other.workspaceId, name: 'Theirs', filter: '*', passwordHash: 'x' };
  await prisma.subscriber.create({ data: subscriber });
  foreign = {
    profileId,
    subscriberId: subscriber.id,
    messageId: String(sent.json.id),
    accountId: String(account.json.id),
    contactId: contact.id,
    conversationId: conversation.id,
    apiKeyId: key.id,
    automationId,
    runId,
    webhookId: endpointId,
    statusId: theirStatus.id,
    channelId: '120363000000000003',
    groupId: '120363000000000001',
    subgroupId: '120363000000000002',
    deliveryId,
    optOutId: String(optOut.json.id),
    mediaId,
    subscriptionId: subscription.id,
    callId: call.id,
    broadcastId: await newBroadcast(profileId, other.key),
  };
});
afterAll(() => gateway.stop());

async function newBroadcast(profileId: string, key: string): Promise<string> {
  const audience = { kind: 'recipients', recipients: [{ to: '6281234567890' }] };
  const body = { name: 'Theirs', profileId, content: { type: 'TEXT', text: 'Hi' }, audience };
  const made = await gateway.call('POST', '/broadcasts', { key, body });
  expect(made.status).toBe(201);
  return String(made.json.id);
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
}

interface Operation {
  method: string;
  /** What its query must have. */
  query: string;
  path: string;
  body: unknown;
  contentType: string | undefined;
}

/** Every documented call whose path has an id, with the example of its body. */
async function operationsWithIds(): Promise<Operation[]> {
  const document = (await gateway.call('GET', '/docs/json')).json as unknown as {
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: Parameter[];
          requestBody?: { content: Record<string, { schema?: { $ref: string }; example?: unknown }> };
        }
      >
    >;
    components: { schemas: Record<string, { example?: unknown }> };
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // Workers belong to no workspace: engine-workers.test.ts shows that only the operator's opens them.
      .filter(() => path.includes('{') && !path.includes('{workerId}'))
      .map(([method, { parameters = [], requestBody }]) => {
        const asked = parameters
          .filter((one) => one.in === 'query' && one.required)
          .map(({ name }) => `${name}=theirs`);
        const csv = requestBody?.content['text/csv']?.example;
        const ref = requestBody?.content['application/json']?.schema?.$ref.split('/').at(-1) ?? '';
        return {
          method: method.toUpperCase(),
          path,
          query: asked.length === 0 ? '' : `?${asked.join('&')}`,
          body: csv ?? (requestBody && (document.components.schemas[ref]?.example ?? {})),
          contentType: csv === undefined ? undefined : 'text/csv',
        };
      }),
  );
}

const fill = (path: string, ids: Record<string, string>) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? expect.unreachable(`no foreign ${name} in this test`));

test('no id of another workspace opens anything: each call answers as if it did not exist, and changes nothing', async () => {
  const operations = await operationsWithIds();
  expect(operations.length).toBeGreaterThan(20);
  const nobodysGroup = '120363000000000009';
  const missing = Object.fromEntries(
    Object.keys(foreign).map((name) => [name, /(?:roup|annel)Id$/.test(name) ? nobodysGroup : newId()]),
  );
  const ownProfile = { profileId: await gateway.newProfile() };
  const before = await snapshot();
  for (const { method, path, query, body, contentType } of operations) {
    const headers = { 'x-request-id': 'same', ...(contentType && { 'content-type': contentType }) };
    const call = (ids: Record<string, string>) => gateway.call(method, `${fill(path, ids)}${query}`, { body, headers });
    const [theirs, nobodys] = [await call(foreign), await call(missing)];
    expect([method, path, theirs.status]).toEqual([method, path, 404]);
    expect(theirs.text).toBe(nobodys.text);
    // A channel is WhatsApp's and open to everybody, of whichever workspace.
    if (/\{profileId\}.*\{/.test(path) && !path.includes('{channelId}')) {
      const throughMine = await call({ ...foreign, ...ownProfile });
      expect([method, path, throughMine.status]).toEqual([method, path, 404]);
    }
  }
  expect(await snapshot()).toEqual(before);
});

test('what is theirs stands in no list of ours', async () => {
  for (const path of ['/profiles', '/accounts', '/api-keys', '/automations', '/webhooks', '/broadcasts', '/opt-outs']) {
    const { json } = await gateway.call('GET', path);
    const ids = json.items?.map(({ id }) => id);
    for (const id of Object.values(foreign)) expect(ids).not.toContain(id);
  }
});

test('an account of another workspace takes none of our profiles', async () => {
  const accountId = foreign.accountId;
  const created = await gateway.call('POST', '/profiles', { body: { name: 'x', network: 'SANDBOX', accountId } });
  expect(created).toMatchObject({ status: 404, json: { code: 'account_not_found' } });
  const mine = await gateway.newProfile();
  const moved = await gateway.call('PATCH', `/profiles/${mine}`, { body: { accountId } });
  expect(moved).toMatchObject({ status: 404, json: { code: 'account_not_found' } });
});

test('an Idempotency-Key of another workspace is not ours', async () => {
  const headers = { 'idempotency-key': 'shared' };
  const body = { name: 'Same' };
  const theirs = await gateway.call('POST', '/accounts', { key: other.key, body, headers });
  const ours = await gateway.call('POST', '/accounts', { body, headers });
  expect(ours.status).toBe(201);
  expect(ours.json.id).not.toBe(theirs.json.id);
});

async function snapshot() {
  const { prisma } = gateway.database;
  return Promise.all([
    prisma.profile.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.message.findMany({ where: { workspaceId: other.workspaceId }, select: { id: true, status: true } }),
    prisma.account.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.contact.findMany({ where: { profileId: foreign.profileId } }),
    prisma.automation.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.automationRun.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.webhookEndpoint.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.webhookDelivery.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.broadcast.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.optOut.findMany({ where: { workspaceId: other.workspaceId } }),
    prisma.apiKey.findMany({ where: { workspaceId: other.workspaceId }, select: { id: true, revokedAt: true } }),
  ]);
}
