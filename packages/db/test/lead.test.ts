import { expect, test } from 'vitest';
import { waitFor } from '../../testkit/src/wait-for.js';
import { tryToLead } from '../src/index.js';
import { useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const leaseMs = 300;

const follow = (role: string) =>
  waitFor(() => tryToLead(database.db.pool, role, leaseMs), { what: 'the leadership', everyMs: 20 });

test('one leads at a time, roles do not mix, and a leader who goes makes room', async () => {
  const { pool } = database.db;
  const first = await tryToLead(pool, 'a', leaseMs);
  expect(await tryToLead(pool, 'a', leaseMs)).toBeUndefined();
  const other = await tryToLead(pool, 'b', leaseMs);
  expect([await first?.renew(), await other?.renew()]).toEqual([true, true]);
  await first?.release();
  expect(await first?.renew()).toBe(false);
  const second = await follow('a');
  await Promise.all([second.release(), other?.release()]);
});

test('a leader who shows no sign of life is replaced, and learns of it', async () => {
  const frozen = await tryToLead(database.db.pool, 'c', leaseMs);
  const successor = await follow('c');
  expect(await frozen?.renew()).toBe(false);
  expect(await successor.renew()).toBe(true);
  await successor.release();
});
