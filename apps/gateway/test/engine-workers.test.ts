import { type Scope, subjects } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestGateway, type Tenant, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
let other: Tenant;
beforeAll(async () => {
  gateway = await startTestGateway();
  other = await gateway.newTenant();
});
beforeEach(() => gateway.database.prisma.engineWorker.deleteMany().then(() => undefined));
afterAll(() => gateway.stop());

async function newWorker(change: object = {}): Promise<string> {
  const id = newId();
  await gateway.database.prisma.engineWorker.create({
    data: {
      ...{ id, network: 'SANDBOX', host: 'engine-1', pid: 41, capacity: 100, version: '2.3000.1' },
      ...{ sessions: 7, rssMb: 180, seenAt: new Date(), ...change },
    },
  });
  return id;
}
const requested = async (id: string) =>
  (await gateway.database.prisma.engineWorker.findUniqueOrThrow({ where: { id } })).drainRequested;

test('the operator sees every worker, what it holds, and whether it lives', async () => {
  const live = await newWorker();
  const draining = await newWorker({ draining: true, admitting: false });
  const asked = await newWorker({ drainRequested: true });
  const lost = await newWorker({ seenAt: new Date(Date.now() - 60_000) });
  const { status, json } = await gateway.call('GET', '/engine/workers');
  expect(status).toBe(200);
  const states = Object.fromEntries((json.items ?? []).map(({ id, state }) => [id, state]));
  expect(states).toEqual({ [live]: 'LIVE', [draining]: 'DRAINING', [asked]: 'DRAINING', [lost]: 'LOST' });
  expect(json.items?.find(({ id }) => id === live)).toMatchObject({
    ...{ network: 'SANDBOX', host: 'engine-1', pid: 41, capacity: 100, sessions: 7, rssMb: 180, admitting: true },
    drainRequested: false,
  });
});

test.each([
  ['POST', true],
  ['DELETE', false],
])(
  '%s …/drain notes what is wanted of a worker and wakes the workers, as often as it is asked',
  async (method, wanted) => {
    const id = await newWorker({ drainRequested: !wanted });
    const heard: string[] = [];
    const listener = gateway.bus.onNudge(subjects.nudge.workers('SANDBOX'), (subject) => heard.push(subject));
    for (const _ of [1, 2]) {
      const answer = await gateway.call(method, `/engine/workers/${id}/drain`);
      expect(answer).toMatchObject({ status: 200, json: { id, drainRequested: wanted } });
      expect(await requested(id)).toBe(wanted);
    }
    await until(() => heard.length === 2);
    listener.stop();
  },
);

test('a worker that is not there cannot be drained', async () => {
  for (const method of ['POST', 'DELETE']) {
    const answer = await gateway.call(method, `/engine/workers/${newId()}/drain`);
    expect(answer).toMatchObject({ status: 404, json: { code: 'worker_not_found' } });
  }
});

const calls = (id: string): [method: string, path: string][] => [
  ['GET', '/engine/workers'],
  ['POST', `/engine/workers/${id}/drain`],
  ['DELETE', `/engine/workers/${id}/drain`],
];

test.each([[['admin']], [['engine:read', 'engine:write']]] as [Scope[]][])(
  'a key of another workspace sees and changes no worker, whatever its scopes: %s',
  async (scopes) => {
    const id = await newWorker();
    const key = await gateway.newKey(other, { scopes });
    for (const [method, path] of calls(id)) {
      const answer = await gateway.call(method, path, { key });
      expect(answer).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
      expect(answer.text).not.toContain('engine-1');
    }
    expect(await requested(id)).toBe(false);
  },
);

test('reading workers takes engine:read, draining takes engine:write', async () => {
  const id = await newWorker();
  const reader = await gateway.newKey(gateway.tenant, { scopes: ['engine:read'] });
  const nobody = await gateway.newKey(gateway.tenant, { scopes: ['profiles:write', 'keys:write'] });
  const statuses = async (key: string) =>
    Promise.all(calls(id).map(async ([method, path]) => (await gateway.call(method, path, { key })).status));
  expect(await statuses(reader)).toEqual([200, 403, 403]);
  expect(await statuses(nobody)).toEqual([403, 403, 403]);
});

test('another workspace cannot give its keys a scope that would open nothing', async () => {
  const body = { name: 'x', scopes: ['engine:read'] };
  const theirs = await gateway.call('POST', '/api-keys', { key: other.key, body });
  expect(theirs).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
  expect((await gateway.call('POST', '/api-keys', { body })).status).toBe(201);
});
