import { newId } from '@multiwa/domain';
import { createLogger, createMetrics } from '@multiwa/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFleetGauges } from '../src/fleet-gauges.js';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

test('workers, sessions, queues and restrictions of the installation are metrics', async () => {
  const { prisma } = gateway.database;
  const worker = { network: 'SANDBOX' as const, host: 'h', pid: 1, capacity: 10, version: '2' };
  await prisma.engineWorker.createMany({
    data: [
      { ...worker, id: newId(), sessions: 7, seenAt: new Date() },
      { ...worker, id: newId(), sessions: 5, seenAt: new Date() },
      { ...worker, id: newId(), sessions: 1, seenAt: new Date(Date.now() - 60_000) },
    ],
  });
  const id = await gateway.newProfile();
  for (const text of ['a', 'b', 'c']) await gateway.send(id, text);
  await prisma.profile.update({ where: { id }, data: { health: 'RESTRICTED' } });
  const metrics = createMetrics('test');
  const logger = createLogger('test', 'silent');
  const gauges = startFleetGauges({ database: gateway.database, metrics, logger });
  const labels = (state: string) => `network="SANDBOX",state="${state}",service="test"`;
  await expect.poll(() => metrics.render()).toContain(`multiwa_fleet_workers{${labels('LIVE')}} 2`);
  const text = await metrics.render();
  expect(text).toContain(`multiwa_fleet_workers{${labels('LOST')}} 1`);
  expect(text).toContain(`multiwa_fleet_sessions{${labels('LIVE')}} 12`);
  expect(text).toContain('multiwa_fleet_queued_messages{service="test"} 3');
  expect(text).toMatch(/multiwa_fleet_oldest_queued_seconds\{service="test"\} \d/);
  expect(text).toContain('multiwa_fleet_restricted_profiles{service="test"} 1');
  await gauges.stop();
});

test('what is refused is counted by its code', async () => {
  await gateway.call('GET', `/profiles/${newId()}`);
  const { body } = await gateway.app.inject({ url: '/metrics' });
  expect(body).toMatch(/multiwa_http_problems_total\{code="profile_not_found".*\} 1/);
});
