import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { flowLimits } from '@multiwa/contracts';
import { claimDueRuns } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { waitFor } from '@multiwa/testkit';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeFlows } from '../src/flows.js';
import { answerOrStart } from '../src/received/answer-or-start.js';
import { readReceived } from '../src/received/received-message.js';
import { takeStep } from '../src/runs/take-step.js';
import {
  anyText,
  ask,
  chain,
  delay,
  type Person,
  type Place,
  send,
  startWorld,
  tag,
  type World,
} from './support/world.js';

let world: World;
const services: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});
afterAll(() => world.stop());

async function service(change = {}) {
  const started = await world.startService(change);
  services.push(started);
  return started;
}

/** A contact that has entered a flow which nobody drives yet. */
async function entered(flow: object): Promise<{ place: Place; person: Person; runId: string }> {
  const place = await world.newPlace();
  await world.publish(place, flow);
  const person = await world.newPerson(place, { name: 'Budi' });
  const message = readReceived(world.received(place, person, { text: 'start' }));
  if (typeof message === 'string') throw new Error(message);
  const { runId = '' } = await answerOrStart({ database: world.database, flows: makeFlows() }, message);
  return { place, person, runId };
}

/** Claims what is due, as a driver that will not come back. */
async function claimAll(): Promise<string> {
  const token = newId();
  await claimDueRuns(world.database.pool, token, 60_000, 100);
  return token;
}
const step = (runId: string, token: string) =>
  takeStep({ database: world.database, flows: makeFlows() }, { runId, token });

function change(runId: string, set: string) {
  return world.database.pool.query(`UPDATE "AutomationRun" SET ${set} WHERE "id" = $1`, [runId]);
}
const stepsOf = (runId: string) =>
  world.database.prisma.automationRunStep.findMany({ where: { runId }, orderBy: { step: 'asc' } });

test('a driver that dies between two steps is followed by another one, which repeats none', async () => {
  const { place, runId } = await entered(
    chain(anyText, send('a', 'A'), send('b', 'B'), tag('t', ['x']), send('c', 'C')),
  );
  const token = await claimAll();
  expect(await step(runId, token)).toMatchObject({ state: 'RUNNING', outcome: 'next' });
  expect(await step(runId, token)).toMatchObject({ state: 'RUNNING', outcome: 'next' });
  await service();
  await change(runId, `"claimedUntil" = now() - interval '1 second'`);
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await world.texts(place)).toEqual(['A', 'B', 'C']);
  expect((await stepsOf(runId)).map(({ nodeId }) => nodeId)).toEqual(['a', 'b', 't', 'c', 'end']);
  // The dead one thaws.
  expect(await step(runId, token)).toEqual({ state: 'gone' });
});

test('a driver whose claim ran out and was taken can take no step more', async () => {
  const { runId } = await entered(chain(anyText, send('a', 'A'), delay('d', 3600)));
  const frozen = await claimAll();
  await change(runId, `"claimedUntil" = now() - interval '1 second'`);
  const other = await claimAll();
  expect(await step(runId, frozen)).toEqual({ state: 'gone' });
  expect(await step(runId, other)).toMatchObject({ state: 'RUNNING' });
});

test('two drivers that hold one claim by mistake take each step once', async () => {
  const { place, runId } = await entered(
    chain(anyText, ...Array.from({ length: 8 }, (_, index) => send(`n${index}`, `T${index}`))),
  );
  const token = await claimAll();
  const walk = async () => {
    while ((await step(runId, token)).state === 'RUNNING');
  };
  await Promise.all([walk(), walk(), walk()]);
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await world.texts(place)).toEqual(Array.from({ length: 8 }, (_, index) => `T${index}`));
});

test('a question that is not answered in time takes the timeout’s way', async () => {
  const { place, runId } = await entered({
    trigger: anyText,
    start: 'q',
    nodes: [ask('q', 'Which?'), send('late', 'Too late'), send('ok', 'Thanks'), { id: 'end', kind: 'end' }],
    edges: [
      { from: 'q', way: 'answered', to: 'ok' },
      { from: 'q', way: 'timeout', to: 'late' },
      { from: 'ok', way: 'next', to: 'end' },
      { from: 'late', way: 'next', to: 'end' },
    ],
  });
  await service();
  await world.untilRuns(place, 1, 'WAITING');
  await change(runId, `"wakeAt" = now()`);
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await world.texts(place)).toEqual(['Which?', 'Too late']);
});

test('an answer and a timeout at the same moment: exactly one of them is taken', async () => {
  const place = await world.newPlace();
  await world.publish(place, chain(anyText, ask('q', 'Which?')));
  const people = await Promise.all(Array.from({ length: 20 }, () => world.newPerson(place)));
  const handle = (person: Person) => {
    const message = readReceived(world.received(place, person, { text: 'now' }));
    if (typeof message === 'string') throw new Error(message);
    return answerOrStart({ database: world.database, flows: makeFlows() }, message);
  };
  await Promise.all(people.map(handle));
  const asking = await claimAll();
  for (const { id } of await world.runs(place)) await step(id, asking);
  await world.database.pool.query(`UPDATE "AutomationRun" SET "wakeAt" = now() WHERE "workspaceId" = $1`, [
    place.workspaceId,
  ]);
  const token = await claimAll();
  const runs = await world.runs(place);
  await Promise.all([...people.map(handle), ...runs.map(({ id }) => step(id, token))]);
  for (const { id } of runs) {
    const [first, ...more] = await stepsOf(id);
    expect(['answered', 'timeout']).toContain(first?.outcome);
    expect(more).toEqual([]);
  }
});

test('a delay rests for its time and goes on by itself', async () => {
  const { place, runId } = await entered(chain(anyText, delay('d', 1), send('a', 'A')));
  await service();
  await world.untilRuns(place, 1, 'COMPLETED');
  const [waited] = await stepsOf(runId);
  expect((waited?.endedAt.getTime() ?? 0) - (waited?.startedAt.getTime() ?? 0)).toBeGreaterThanOrEqual(1_000);
  expect(await world.texts(place)).toEqual(['A']);
});

test('a condition looks at what was said, at variables and at tags', async () => {
  const condition = (id: string, rest: object) => ({ id, kind: 'condition' as const, ...rest });
  const { place, runId } = await entered(
    chain(
      anyText,
      tag('t', ['vip']),
      condition('said', { subject: 'last_message', match: { how: 'regex', value: '^st' } }),
      condition('tagged', { subject: 'tag', name: 'vip' }),
      condition('unset', { subject: 'variable', name: 'last_message', match: { how: 'exact', value: 'stop' } }),
      send('never', 'Never'),
    ),
  );
  await service();
  await world.untilRuns(place, 1, 'COMPLETED');
  expect((await stepsOf(runId)).map(({ outcome }) => outcome)).toEqual(['next', 'yes', 'yes', 'no', 'end']);
});

test('a request is made under a key of run and step, and its answer can be used', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      response.end('Monday');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{{vars.last_message}}`;
  const call = {
    id: 'call',
    kind: 'http_request' as const,
    method: 'POST',
    url,
    body: '{"n":"{{name}}"}',
    saveAs: 'day',
  };
  const { place, runId } = await entered(chain(anyText, call, send('a', 'On {{vars.day}}')));
  await service({ allowPrivate: true });
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(seen).toMatchObject([{ headers: { 'idempotency-key': `${runId}-0` }, body: '{"n":"Budi"}' }]);
  expect(await world.texts(place)).toEqual(['On Monday']);
});

test('a request that may not be made, fails or is refused takes the way "failed"', async () => {
  const url = 'http://127.0.0.1:9/';
  const { place, runId } = await entered(chain(anyText, { id: 'call', kind: 'http_request', method: 'GET', url }));
  await service();
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(await stepsOf(runId)).toMatchObject([
    { outcome: 'failed', detail: { error: 'url_not_allowed' } },
    { outcome: 'end' },
  ]);
});

test('a service that stops does not wait for a slow server, and the next one makes the request again under its key', async () => {
  const keys: unknown[] = [];
  let isSlow = true;
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    if (!isSlow) response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const call = { id: 'call', kind: 'http_request' as const, method: 'GET', url, timeoutSeconds: 30 };
  const { place, runId } = await entered(chain(anyText, call));
  const first = await service({ allowPrivate: true });
  await waitFor(() => keys.length === 1, { what: 'the first request' });
  isSlow = false;
  await first.stop();
  await service({ allowPrivate: true });
  await world.untilRuns(place, 1, 'COMPLETED');
  expect(keys).toEqual([`${runId}-0`, `${runId}-0`]);
  expect(await stepsOf(runId)).toMatchObject([{ outcome: 'ok' }, { outcome: 'end' }]);
});

test.each([
  ['text_empty', send('a', '{{vars.last_message}}'), `"variables" = '{}'`],
  ['too_many_steps', send('a', 'A'), `"step" = ${flowLimits.stepsPerRun - 1}`],
])('a run that cannot go on ends FAILED with the reason %s and an event', async (code, node, set) => {
  const { place, runId } = await entered(chain(anyText, node, send('b', 'B')));
  await change(runId, set);
  await service();
  const [run] = await world.untilRuns(place, 1, 'FAILED');
  expect(run).toMatchObject({ failureCode: code, wakeAt: null, claimedBy: null });
  const events = await world.database.prisma.event.findMany({
    where: { profileId: place.profileId, type: 'automation.run.ended' },
  });
  expect(events).toMatchObject([{ data: { runId, status: 'FAILED', failureCode: code } }]);
});

test('a run of a deleted profile or a vanished contact ends FAILED and sends nothing', async () => {
  const orphan = await entered(chain(anyText, send('a', 'A')));
  const homeless = await entered(chain(anyText, send('a', 'A')));
  await world.database.prisma.contact.delete({ where: { id: orphan.person.contactId } });
  const { profileId } = homeless.place;
  await world.database.prisma.profile.update({ where: { id: profileId }, data: { deletedAt: new Date() } });
  await service();
  expect(await world.untilRuns(orphan.place, 1, 'FAILED')).toMatchObject([{ failureCode: 'contact_gone' }]);
  expect(await world.untilRuns(homeless.place, 1, 'FAILED')).toMatchObject([{ failureCode: 'profile_deleted' }]);
  expect(await world.texts(homeless.place)).toEqual([]);
});

test('a run whose step always fails holds up no other and goes on once it can', async () => {
  const broken = await entered(chain(anyText, send('a', 'A')));
  const fine = await entered(chain(anyText, send('a', 'A')));
  // The sequence of its events is spoilt: every append fails.
  await world.database.pool.query(`UPDATE "EventSequence" SET "last" = 2147483647 WHERE "stream" = $1`, [
    broken.place.profileId,
  ]);
  await service();
  await world.untilRuns(fine.place, 1, 'COMPLETED');
  await waitFor(
    async () => {
      const [run] = await world.runs(broken.place);
      return run?.status === 'RUNNING' && run.nodeId === 'end' && run.claimedBy === null;
    },
    { what: 'the broken run to be put off' },
  );
  await world.database.pool.query(`DELETE FROM "EventSequence" WHERE "stream" = $1`, [broken.place.profileId]);
  await world.database.pool.query(`DELETE FROM "Event" WHERE "stream" = $1`, [broken.place.profileId]);
  await change(broken.runId, `"claimedUntil" = now() - interval '1 second'`);
  await world.untilRuns(broken.place, 1, 'COMPLETED');
  expect(await world.texts(broken.place)).toEqual(['A']);
});

test('health and metrics are served', async () => {
  const { port } = await service();
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  expect(JSON.parse(await get('/health/ready'))).toMatchObject({ status: 'ready' });
  const { place } = await entered(chain(anyText, send('a', 'A')));
  await world.untilRuns(place, 1, 'COMPLETED');
  const text = await get('/metrics');
  expect(text).toContain('multiwa_automation_runs_total{outcome="completed",service="automation"} 1');
  expect(text).toContain('multiwa_automation_steps_total{kind="send_text",outcome="next",service="automation"} 1');
  expect(text).toContain('multiwa_automation_due_lag_ms_count{service="automation"}');
});

test('a flow writes no more to a contact who has refused messages, except where a step says so', async () => {
  const confirmation = { ...send('bye', 'You get no more messages.'), ignoreOptOut: true };
  const { place, person, runId } = await entered(chain(anyText, confirmation, send('offer', 'But look at this!')));
  await world.database.prisma.optOut.create({ data: { workspaceId: place.workspaceId, phone: person.phone } });
  await service();
  const [run] = await world.untilRuns(place, 1, 'FAILED');
  expect(run).toMatchObject({ id: runId, failureCode: 'opted_out' });
  expect(await world.texts(place)).toEqual(['You get no more messages.']);
});
