import { existsSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { startServers } from '../src/index.js';
import { query } from './support/query.js';

test('every test file gets a PostgreSQL, a NATS server and a database to copy', async () => {
  const rows = await query(inject('postgresUrl'), 'SELECT datname FROM pg_database');
  expect(rows).toContainEqual({ datname: inject('templateDatabase') });
  expect(inject('natsUrl')).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
});

test('servers in a temporary directory leave no file behind', async () => {
  const servers = await startServers({ durable: false });
  await query(servers.postgres.url(), 'SELECT 1');
  await servers.stop();
  expect(existsSync(servers.dataDir)).toBe(false);
  expect(existsSync(servers.postgres.dir)).toBe(false);
});
