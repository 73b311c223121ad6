import {
  accountSchema,
  albumSchema,
  apiKeySchema,
  automationRunSchema,
  automationRunStepSchema,
  automationRunWithStepsSchema,
  automationSchema,
  blocklistSchema,
  broadcastRecipientSchema,
  broadcastSchema,
  callSchema,
  capabilitiesSchema,
  changeParticipantsSchema,
  channelPostPageSchema,
  channelSchema,
  channelsSchema,
  checkedNumbersSchema,
  contactAboutSchema,
  contactBusinessSchema,
  contactPictureSchema,
  contactSchema,
  contentSchema,
  conversationSchema,
  createdApiKeySchema,
  createdGroupSchema,
  createdWebhookSchema,
  createGroupSchema,
  decideRequestsSchema,
  engineWorkerSchema,
  engineWorkersSchema,
  eventEnvelopeSchema,
  eventPageSchema,
  followInviteSchema,
  groupInviteSchema,
  groupPictureSchema,
  groupPreviewSchema,
  groupSchema,
  groupWithParticipantsSchema,
  historyViewSchema,
  joinedGroupSchema,
  joinRequestsSchema,
  mediaObjectSchema,
  memberResultsSchema,
  messageDetailSchema,
  messageSchema,
  optOutChangeSchema,
  optOutSchema,
  ownProfileSchema,
  pairingCodeSchema,
  pollTallySchema,
  presenceSubscriptionSchema,
  problemSchema,
  profileSchema,
  proxyTestSchema,
  qrSchema,
  reactionSchema,
  refreshedGroupsSchema,
  rotatedSecretSchema,
  sendExamples,
  sendMessageSchema,
  sessionViewSchema,
  statusDetailSchema,
  statusSchema,
  subgroupsSchema,
  subscriberCredentialsSchema,
  subscriberSchema,
  testProxySchema,
  updateAccountSchema,
  updateGroupSchema,
  updateProfileSchema,
  webhookDeliveryDetailSchema,
  webhookDeliverySchema,
  webhookReplaySchema,
  webhookSchema,
  webhookSecretSchema,
  webhookTestSchema,
} from '@multiwa/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { componentExamples } from '../src/http/component-examples.js';
import { contentExamples } from '../src/http/content-examples.js';
import { startTestGateway, type TestGateway } from './gateway.js';

interface Operation {
  tags?: string[];
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; schema?: object }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string }; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { example?: unknown }> };
}

let gateway: TestGateway;
let document: Document;
let operations: [name: string, operation: Operation][];
beforeAll(async () => {
  gateway = await startTestGateway();
  document = (await gateway.call('GET', '/docs/json', { key: null })).json as unknown as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
});
afterAll(() => gateway.stop());

test('every route of the API stands in an OpenAPI 3.1 document', () => {
  expect(document.openapi).toBe('3.1.0');
  const documented = operations.map(([name]) => name.replace(/\{(\w+)\}/g, ':$1')).sort();
  const served = routesOf(gateway.app.printRoutes({ commonPrefix: false }));
  expect(documented).toEqual(served.filter((route) => route.includes(' /api/')).sort());
});

/** Reads the tree that Fastify prints: four characters of indentation a level, each line a part of the path. */
function routesOf(tree: string): string[] {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^(.*?[├└]── )(\S+) \((.*)\)$/.exec(line) ?? [];
    if (!part) return [];
    const depth = indent.length / 4 - 1;
    parts.splice(depth, parts.length, part);
    return methods.split(', ').map((method) => `${method.toLowerCase()} ${parts.join('').replace('//', '/')}`);
  });
}

test('the document is valid OpenAPI', async () => {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  expect(result).toMatchObject({ valid: true });
});

test('each call says what it does, who may call it, what it answers and how it fails', () => {
  for (const [name, operation] of operations) {
    expect([name, operation.summary, operation.tags, operation.security]).toEqual([
      name,
      expect.stringMatching(/\w{3}/),
      [expect.any(String)],
      [{ apiKey: [] }, { bearer: [] }],
    ]);
    const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    // A send has two: accepted, or known to have ended while the caller waited.
    const expected = name === 'post /api/v1/profiles/{profileId}/messages' ? 2 : 1;
    expect([name, successes.length]).toEqual([name, expected]);
    for (const [status, { content }] of successes)
      if (status !== '204') expect([name, content]).toEqual([name, expect.anything()]);
    for (const status of ['401', '403', '500']) {
      expect([name, operation.responses[status]?.content]).toEqual([
        name,
        { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      ]);
    }
    for (const placeholder of name.matchAll(/\{(\w+)\}/g)) {
      const parameter = operation.parameters?.find((one) => one.in === 'path' && one.name === placeholder[1]);
      expect([name, parameter?.schema]).toEqual([name, expect.objectContaining({ type: 'string' })]);
    }
  }
});

test('each body is a named shape with an example', () => {
  const bodies = operations.filter(([, { requestBody }]) => requestBody);
  expect(bodies.length).toBeGreaterThan(6);
  for (const [name, { requestBody }] of bodies) {
    const csv = requestBody?.content['text/csv'];
    if (csv) {
      expect([name, csv.example]).toEqual([name, expect.stringMatching(/^(to|phone),name/)]);
      continue;
    }
    const file = requestBody?.content['multipart/form-data'];
    if (file) {
      expect([name, file.example]).toEqual([name, { file: expect.any(String) }]);
      continue;
    }
    const ref = requestBody?.content['application/json']?.schema.$ref ?? '';
    const schema = document.components.schemas[ref.split('/').at(-1) ?? ''];
    expect([name, schema?.example]).toEqual([name, expect.anything()]);
  }
});

test('each shape that is referred to is there, each that is there is referred to, and has an example', () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
  expect(Object.keys(document.components.schemas).sort()).toEqual([...referred].sort());
  for (const [name, { example }] of Object.entries(document.components.schemas)) {
    expect([name, example]).toEqual([name, expect.anything()]);
  }
});

const schemas: Record<string, z.ZodType> = {
  Subscriber: subscriberSchema,
  SubscriberCredentials: subscriberCredentialsSchema,
  EventPage: eventPageSchema,
  RotatedWebhookSecret: rotatedSecretSchema,
  WebhookReplay: webhookReplaySchema,
  EngineWorker: engineWorkerSchema,
  EngineWorkers: engineWorkersSchema,
  Session: sessionViewSchema,
  ProfileHistory: historyViewSchema,
  TestProxy: testProxySchema,
  ProxyTest: proxyTestSchema,
  Profile: profileSchema,
  MediaObject: mediaObjectSchema,
  Message: messageSchema,
  MessageDetail: messageDetailSchema,
  Reaction: reactionSchema,
  PollTally: pollTallySchema,
  Capabilities: capabilitiesSchema,
  Account: accountSchema,
  ApiKey: apiKeySchema,
  CreatedApiKey: createdApiKeySchema,
  Automation: automationSchema,
  AutomationRun: automationRunSchema,
  AutomationRunStep: automationRunStepSchema,
  AutomationRunWithSteps: automationRunWithStepsSchema,
  Broadcast: broadcastSchema,
  BroadcastRecipient: broadcastRecipientSchema,
  Contact: contactSchema,
  Conversation: conversationSchema,
  PresenceSubscription: presenceSubscriptionSchema,
  Call: callSchema,
  OptOut: optOutSchema,
  CheckedNumbers: checkedNumbersSchema,
  ContactAbout: contactAboutSchema,
  ContactPicture: contactPictureSchema,
  ContactBusiness: contactBusinessSchema,
  Blocklist: blocklistSchema,
  WhatsAppProfile: ownProfileSchema,
  OptOutChange: optOutChangeSchema,
  QrCode: qrSchema,
  PairingCode: pairingCodeSchema,
  Problem: problemSchema,
  Event: eventEnvelopeSchema,
  Group: groupSchema,
  GroupWithParticipants: groupWithParticipantsSchema,
  CreateGroup: createGroupSchema,
  CreatedGroup: createdGroupSchema,
  UpdateGroup: updateGroupSchema,
  ChangeParticipants: changeParticipantsSchema,
  MemberResults: memberResultsSchema,
  GroupInvite: groupInviteSchema,
  GroupPicture: groupPictureSchema,
  GroupPreview: groupPreviewSchema,
  Album: albumSchema,
  FollowInvite: followInviteSchema,
  JoinedGroup: joinedGroupSchema,
  JoinRequests: joinRequestsSchema,
  DecideJoinRequests: decideRequestsSchema,
  RefreshedGroups: refreshedGroupsSchema,
  Subgroups: subgroupsSchema,
  Channel: channelSchema,
  Channels: channelsSchema,
  ChannelPosts: channelPostPageSchema,
  Status: statusSchema,
  StatusDetail: statusDetailSchema,
  UpdateProfile: updateProfileSchema,
  UpdateAccount: updateAccountSchema,
  Webhook: webhookSchema,
  WebhookSecret: webhookSecretSchema,
  CreatedWebhook: createdWebhookSchema,
  WebhookDelivery: webhookDeliverySchema,
  WebhookDeliveryDetail: webhookDeliveryDetailSchema,
  WebhookTest: webhookTestSchema,
};
test.each(Object.keys(componentExamples))('the example of %s is one', (name) => {
  expect(schemas[name]?.parse(componentExamples[name])).toEqual(componentExamples[name]);
});

test('there is an example of every kind of send, and it is one', () => {
  const { oneOf } = document.components.schemas.SendMessage as {
    oneOf?: { properties: { type: { const?: string } }; example?: unknown }[];
  };
  const kinds = (oneOf ?? []).filter(({ properties }) => properties.type.const !== undefined);
  expect(kinds.map(({ properties }) => properties.type.const).sort()).toEqual(Object.keys(sendExamples).sort());
  for (const { example } of kinds) expect(sendMessageSchema.safeParse(example)).toMatchObject({ success: true });
});

test('there is an example of what each kind of message says, and it is one', () => {
  const { properties } = document.components.schemas.Message as {
    properties?: { content: { oneOf: { properties: { type: { const: string } }; example?: unknown }[] } };
  };
  const kinds = properties?.content.oneOf ?? [];
  expect(kinds.map(({ properties: { type } }) => type.const).sort()).toEqual(Object.keys(contentExamples).sort());
  for (const { example } of kinds) {
    const { success, data } = contentSchema.safeParse(example);
    expect([example, success, data]).toEqual([example, true, example]);
  }
});

test('the document can be browsed', async () => {
  const page = await gateway.app.inject({ url: '/docs/' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toContain('text/html');
  expect((await gateway.app.inject({ url: '/' })).json()).toMatchObject({ docs: '/docs' });
});

test('the events are described as AsyncAPI beside it', async () => {
  const { status, json } = await gateway.call('GET', '/docs/asyncapi', { key: null });
  expect([status, json.asyncapi]).toEqual([200, '3.0.0']);
});

test('the type of a problem leads to a page that explains its code', async () => {
  const { json } = await gateway.call('GET', '/nowhere');
  const [path, code] = String(json.type).split('#');
  const page = await gateway.app.inject({ url: path ?? '' });
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain(`id="${code}"`);
});

test('health and metrics answer without a key', async () => {
  expect((await gateway.app.inject({ url: '/health/live' })).statusCode).toBe(200);
  const ready = await gateway.app.inject({ url: '/health/ready' });
  expect(ready.json()).toMatchObject({ checks: { database: true, bus: true } });
  await gateway.call('GET', '/profiles');
  const { body } = await gateway.app.inject({ url: '/metrics' });
  expect(body).toMatch(/multiwa_http_request_seconds_count\{.*route="\/api\/v1\/profiles".*status="200".*\} 1/);
});
