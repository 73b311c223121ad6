import type { LiveSession } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type Tenant, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let other: Tenant;
beforeAll(async () => {
  gateway = await startTestGateway();
  other = await gateway.newTenant();
});
afterAll(() => gateway.stop());

const view = (id: string, tenant = gateway.tenant) =>
  gateway.call('GET', `/profiles/${id}/session`, { key: tenant.key });

async function own(profileId: string, expiresAt = new Date(Date.now() + 60_000)): Promise<string> {
  const { prisma } = gateway.database;
  const workerId = newId();
  const worker = { id: workerId, network: 'SANDBOX', host: 'engine-7', pid: 1, capacity: 10, version: '2' } as const;
  await prisma.engineWorker.create({ data: worker });
  await prisma.sessionLease.create({ data: { profileId, workerId, generation: 3, expiresAt, claimedAt: new Date() } });
  return workerId;
}

function answerAs(profileId: string, live: () => Promise<LiveSession>): void {
  const owner = gateway.bus.answer('session', profileId, live);
  onTestFinished(() => owner.stop());
}

const live = (workerId: string): LiveSession => ({
  ...{ workerId, generation: 3, status: 'CONNECTED', ownedSince: new Date(0).toISOString(), openSince: null },
  ...{ reconnects: 2, recycles: 1, lastInboundAt: null, lastOutboundAt: null, commandsInHand: 4, memoryKb: 512 },
});

test('a session that nobody holds is shown from its rows, at once', async () => {
  const id = await gateway.newProfile();
  expect(await view(id)).toMatchObject({
    status: 200,
    json: {
      profileId: id,
      status: 'DISCONNECTED',
      health: 'OK',
      owner: null,
      queueDepth: 0,
      oldestQueuedAt: null,
      live: null,
    },
  });
});

test('its owner, its queue and what the owner says stand in one view', async () => {
  const id = await gateway.newProfile();
  const workerId = await own(id);
  answerAs(id, async () => live(workerId));
  const first = await gateway.send(id, 'one');
  await gateway.send(id, 'two');
  const done = await gateway.send(id, 'three');
  const { prisma } = gateway.database;
  await prisma.message.update({ where: { id: String(done.json.id) }, data: { status: 'SENT' } });
  // The owner's subscription may take a moment to reach the server.
  await expect.poll(async () => (await view(id)).json.live).not.toBeNull();
  expect((await view(id)).json).toMatchObject({
    owner: { workerId, host: 'engine-7', generation: 3, claimedAt: expect.any(String) },
    queueDepth: 2,
    oldestQueuedAt: first.json.createdAt,
    live: live(workerId),
  });
});

test('an owner that fails leaves live empty; the rest of the view stands', async () => {
  const id = await gateway.newProfile();
  const workerId = await own(id);
  answerAs(id, async () => {
    throw new Error('busy');
  });
  expect((await view(id)).json).toMatchObject({ owner: { workerId }, live: null });
});

test('a lease that ran out is nobody’s', async () => {
  const id = await gateway.newProfile();
  await own(id, new Date(Date.now() - 1_000));
  expect((await view(id)).json).toMatchObject({ owner: null });
});

test('health comes with its sentence and with what WhatsApp forbids', async () => {
  const id = await gateway.newProfile();
  const restriction = { kind: 'reachout_timelock', until: null, enforcementType: 'DEFAULT' };
  await gateway.database.prisma.profile.update({
    where: { id },
    data: { health: 'RESTRICTED', healthReason: 'reachout_timelock', restriction },
  });
  const { json } = await view(id);
  expect(json).toMatchObject({ health: 'RESTRICTED', healthReason: 'reachout_timelock', restriction });
  expect(json.healthSentence).toContain('463');
});

test('the machine that a worker runs on is the operator’s to know', async () => {
  const id = await gateway.newProfile(other);
  const workerId = await own(id);
  const { json, text } = await view(id, other);
  expect(json).toMatchObject({ owner: { workerId, host: null } });
  expect(text).not.toContain('engine-7');
});
