import { exampleFlow } from '@multiwa/contracts';
import { claimDueRuns, lockClaimedRun, startRun } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ allowPrivateUrls: false });
});
afterAll(() => gateway.stop());

type Body = Record<string, unknown>;

async function create(change: Body = {}): Promise<string> {
  const made = await gateway.call('POST', '/automations', { body: { name: 'Hours', flow: exampleFlow, ...change } });
  expect(made.status).toBe(201);
  return String(made.json.id);
}
const publish = (id: string) => gateway.call('POST', `/automations/${id}/publish`);

/** A run as apps/automation starts it. */
async function newRun(automationId: string): Promise<{ runId: string; contactId: string }> {
  const { workspaceId } = gateway.tenant;
  const [runId, contactId, profileId] = [newId(), newId(), await gateway.newProfile()];
  const run = { id: runId, workspaceId, automationId, version: 1, profileId, contactId };
  const chat = '628111@s.whatsapp.net';
  const isStarted = await gateway.database.transaction((tx) =>
    startRun(tx, {
      ...run,
      chat,
      nodeId: 'ask',
      variables: { last_message: 'x' },
      triggerEventId: newId(),
      failureCode: null,
    }),
  );
  expect(isStarted).toBe(true);
  return { runId, contactId };
}

async function liveAutomation(): Promise<string> {
  const id = await create();
  await publish(id);
  await gateway.call('POST', `/automations/${id}/enable`);
  return id;
}

test('an automation is a draft first; publishing makes a version, and only a published one can be enabled', async () => {
  const id = await create();
  const draft = await gateway.call('GET', `/automations/${id}`);
  expect(draft.json).toMatchObject({ enabled: false, publishedVersion: null, profileId: null, flow: { start: 'ask' } });
  const early = await gateway.call('POST', `/automations/${id}/enable`);
  expect([early.status, early.json.code]).toEqual([409, 'state_conflict']);
  expect((await publish(id)).json).toMatchObject({ publishedVersion: 1 });
  expect((await publish(id)).json).toMatchObject({ publishedVersion: 1 });
  expect((await gateway.call('POST', `/automations/${id}/enable`)).json).toMatchObject({ enabled: true });
  const flow = { ...exampleFlow, trigger: { kind: 'first_message' } };
  const changed = await gateway.call('PATCH', `/automations/${id}`, { body: { flow, priority: 5 } });
  expect(changed.json).toMatchObject({
    publishedVersion: 1,
    priority: 5,
    flow: { trigger: { kind: 'first_message' } },
  });
  expect((await publish(id)).json).toMatchObject({ publishedVersion: 2, enabled: true });
  const versions = await gateway.database.prisma.automationVersion.findMany({
    where: { automationId: id },
    orderBy: { version: 'asc' },
  });
  expect(versions.map(({ flow }) => (flow as { trigger: Body }).trigger.kind)).toEqual([
    'message_matches',
    'first_message',
  ]);
  expect((await gateway.call('POST', `/automations/${id}/disable`)).json).toMatchObject({ enabled: false });
});

const send = (text: string) => ({ id: 'a', kind: 'send_text', text });
const call = (url: string) => ({ id: 'a', kind: 'http_request', method: 'GET', url });
const end = { id: 'end', kind: 'end' };
const trigger = exampleFlow.trigger;
const through = (node: Body, ...ways: string[]) => ({
  trigger,
  start: 'a',
  nodes: [node, end],
  edges: ways.map((way) => ({ from: 'a', way, to: 'end' })),
});
const regex = (value: string) => ({
  ...exampleFlow,
  trigger: { kind: 'message_matches', match: { how: 'regex', value } },
});

test.each<[string, Body, string, string[]]>([
  [
    'a dangling edge',
    { trigger, start: 'a', nodes: [send('Hi')], edges: [{ from: 'a', way: 'next', to: 'gone' }] },
    'flow_invalid',
    ['#/flow/edges/0/to'],
  ],
  [
    'a cycle without a wait',
    { trigger, start: 'a', nodes: [send('Hi')], edges: [{ from: 'a', way: 'next', to: 'a' }] },
    'flow_invalid',
    ['#/flow/nodes/0'],
  ],
  ['a way that leads nowhere', through(call('https://1.1.1.1/'), 'ok'), 'flow_invalid', ['#/flow/nodes/0']],
  ['a look-around', regex('(?=a)+'), 'pattern_invalid', ['#/flow/trigger/match/value']],
  ['a back-reference', regex('(a+)\\1+$'), 'pattern_invalid', ['#/flow/trigger/match/value']],
  ['a malformed variable', through(send('Hi {{name'), 'next'), 'template_invalid', ['#/flow/nodes/0/text']],
  ['a variable that nothing saves', through(send('{{vars.day}}'), 'next'), 'variable_unknown', ['#/flow/nodes/0/text']],
  ['a private address', through(call('http://10.0.0.1/x'), 'ok', 'failed'), 'url_not_allowed', ['#/flow/nodes/0/url']],
  [
    'a name for this machine',
    through(call('http://localhost/{{phone}}'), 'ok', 'failed'),
    'url_not_allowed',
    ['#/flow/nodes/0/url'],
  ],
  [
    'a host from a variable',
    through(call('http://{{phone}}/'), 'ok', 'failed'),
    'url_not_allowed',
    ['#/flow/nodes/0/url'],
  ],
  [
    'two mistakes',
    through(call('http://10.0.0.1/{{vars.x}}'), 'ok'),
    'flow_invalid',
    ['#/flow/nodes/0', '#/flow/nodes/0/url', '#/flow/nodes/0/url'],
  ],
])('%s can be drafted but not published', async (_name, flow, code, pointers) => {
  const id = await create({ flow });
  const refused = await publish(id);
  expect([refused.status, refused.json.code]).toEqual([422, code]);
  const errors = refused.json.errors as { pointer: string }[];
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers);
  expect((await gateway.call('GET', `/automations/${id}`)).json).toMatchObject({ publishedVersion: null });
});

test('an explosive but linear pattern can be published', async () => {
  expect((await publish(await create({ flow: regex('^(a+)+$') }))).status).toBe(200);
});

test.each<[string, Body, string]>([
  [
    'an unknown kind of step',
    { flow: { ...exampleFlow, nodes: [{ id: 'a', kind: 'teleport' }] } },
    '#/flow/nodes/0/kind',
  ],
  ['an unknown field', { flow: { ...exampleFlow, colour: 'red' } }, '#/flow/colour'],
  ['no steps', { flow: { ...exampleFlow, nodes: [] } }, '#/flow/nodes'],
  [
    'a delay without end',
    { flow: { ...exampleFlow, nodes: [{ id: 'a', kind: 'delay', seconds: 1e9 }] } },
    '#/flow/nodes/0/seconds',
  ],
  ['a text of 1 MB', { flow: { ...exampleFlow, nodes: [send('x'.repeat(1_000_000))] } }, '#/flow/nodes/0/text'],
  ['a NUL', { flow: { ...exampleFlow, nodes: [send('\0')] } }, '#/flow/nodes/0/text'],
  ['an empty name', { name: ' ' }, '#/name'],
  ['a negative cooldown', { cooldownSeconds: -1 }, '#/cooldownSeconds'],
])('%s is refused at once and stores nothing', async (_name, change, pointer) => {
  const count = () => gateway.database.prisma.automation.count();
  const before = await count();
  const refused = await gateway.call('POST', '/automations', { body: { name: 'x', flow: exampleFlow, ...change } });
  expect(refused.status).toBe(422);
  expect(refused.json).toMatchObject({ code: 'validation_failed', errors: [{ pointer }] });
  expect(await count()).toBe(before);
});

test('creating again with the same Idempotency-Key gives the first automation', async () => {
  const request = { body: { name: 'Once', flow: exampleFlow }, headers: { 'idempotency-key': newId() } };
  const first = await gateway.call('POST', '/automations', request);
  expect((await gateway.call('POST', '/automations', request)).json).toEqual(first.json);
});

test('runs are listed by status and contact, shown with their steps, and cancelled once', async () => {
  const id = await liveAutomation();
  const [one, two] = [await newRun(id), await newRun(id)];
  const list = async (query: string) => {
    const { json } = await gateway.call('GET', `/automations/${id}/runs${query}`);
    return (json.items ?? []).map((run) => run.id);
  };
  expect(await list('')).toEqual([two.runId, one.runId]);
  expect(await list(`?contactId=${one.contactId}`)).toEqual([one.runId]);
  const path = `/automations/${id}/runs/${one.runId}`;
  const cancelled = await gateway.call('POST', `${path}/cancel`);
  expect(cancelled.json).toMatchObject({ status: 'CANCELLED', wakeAt: null, failure: null });
  expect((await gateway.call('POST', `${path}/cancel`)).json).toEqual(cancelled.json);
  expect(await list('?status=CANCELLED')).toEqual([one.runId]);
  expect(await list('?status=RUNNING')).toEqual([two.runId]);
  expect((await gateway.call('GET', path)).json).toMatchObject({
    status: 'CANCELLED',
    steps: [],
    variables: { last_message: 'x' },
  });
  const ended = await gateway.database.prisma.event.findMany({
    where: { type: 'automation.run.ended', data: { path: ['runId'], equals: one.runId } },
  });
  expect(ended).toMatchObject([{ data: { status: 'CANCELLED', automationId: id } }]);
});

test('a cancelled run is out of its driver’s hands, and a completed one cannot be cancelled', async () => {
  const id = await liveAutomation();
  const { runId } = await newRun(id);
  const token = newId();
  await claimDueRuns(gateway.database.pool, token, 60_000, 100);
  const isHeld = async () =>
    (await gateway.database.transaction((tx) => lockClaimedRun(tx, runId, token))) !== undefined;
  expect(await isHeld()).toBe(true);
  await gateway.call('POST', `/automations/${id}/runs/${runId}/cancel`);
  expect(await isHeld()).toBe(false);
  await gateway.database.prisma.automationRun.update({ where: { id: runId }, data: { status: 'COMPLETED' } });
  const refused = await gateway.call('POST', `/automations/${id}/runs/${runId}/cancel`);
  expect([refused.status, refused.json.code]).toEqual([409, 'state_conflict']);
});

test('deleting an automation cancels its runs and lets it start no more', async () => {
  const id = await liveAutomation();
  const { runId } = await newRun(id);
  expect((await gateway.call('DELETE', `/automations/${id}`)).status).toBe(204);
  expect((await gateway.call('GET', `/automations/${id}`)).json.code).toBe('automation_not_found');
  expect((await gateway.call('DELETE', `/automations/${id}`)).json.code).toBe('automation_not_found');
  const run = await gateway.database.prisma.automationRun.findUniqueOrThrow({ where: { id: runId } });
  expect(run).toMatchObject({ status: 'CANCELLED', wakeAt: null });
  await expect(newRun(id)).rejects.toThrow();
});

test('another workspace sees, changes, runs and cancels nothing', async () => {
  const id = await liveAutomation();
  const { runId } = await newRun(id);
  const { key } = await gateway.newTenant();
  const attempts: [string, string, string, Body?][] = [
    ['GET', `/automations/${id}`, 'automation_not_found'],
    ['PATCH', `/automations/${id}`, 'automation_not_found', { name: 'Mine' }],
    ['DELETE', `/automations/${id}`, 'automation_not_found'],
    ['POST', `/automations/${id}/publish`, 'automation_not_found'],
    ['POST', `/automations/${id}/enable`, 'automation_not_found'],
    ['POST', `/automations/${id}/disable`, 'automation_not_found'],
    ['GET', `/automations/${id}/runs`, 'automation_not_found'],
    ['GET', `/automations/${id}/runs/${runId}`, 'run_not_found'],
    ['POST', `/automations/${id}/runs/${runId}/cancel`, 'run_not_found'],
  ];
  for (const [method, path, code, body] of attempts) {
    expect([path, (await gateway.call(method, path, { key, body })).json.code]).toEqual([path, code]);
  }
  expect((await gateway.call('GET', '/automations', { key })).json.items).toEqual([]);
  const foreign = { name: 'x', flow: exampleFlow, profileId: await gateway.newProfile() };
  expect((await gateway.call('POST', '/automations', { key, body: foreign })).json.code).toBe('profile_not_found');
  expect((await gateway.call('GET', `/automations/${id}`)).json).toMatchObject({ enabled: true, name: 'Hours' });
});

test('reading and writing need their scopes', async () => {
  const id = await create();
  const reader = await gateway.newKey(gateway.tenant, { scopes: ['automations:read'] });
  const writer = await gateway.newKey(gateway.tenant, { scopes: ['automations:write'] });
  const status = async (method: string, path: string, key: string) =>
    (await gateway.call(method, path, { key, body: undefined })).status;
  expect(await status('GET', `/automations/${id}`, reader)).toBe(200);
  expect(await status('POST', `/automations/${id}/publish`, reader)).toBe(403);
  expect(await status('DELETE', `/automations/${id}`, reader)).toBe(403);
  expect(await status('GET', `/automations/${id}`, writer)).toBe(403);
  expect(await status('POST', `/automations/${id}/publish`, writer)).toBe(200);
});
