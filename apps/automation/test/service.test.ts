import { createLogger } from '@multiwa/runtime';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createTestDatabase } from '../../../packages/testkit/src/database.js';
import { startAutomation } from '../src/start-automation.js';

test('the service says that it is ready while database and bus are there', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  onTestFinished(database.drop);
  const env = {
    DATABASE_URL: database.url,
    NATS_URL: inject('natsUrl'),
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info' as const,
    MULTIWA_ALLOW_PRIVATE_URLS: false,
  };
  const service = await startAutomation(env, createLogger('automation-test', 'silent'), () => undefined);
  onTestFinished(service.stop);
  const ready = await fetch(`http://127.0.0.1:${service.port}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { checks: { database: true, bus: true } }]);
});
