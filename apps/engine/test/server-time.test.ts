import { expect, test } from 'vitest';
import { serverTime } from '../src/engines/baileys/server-time.js';

const now = new Date('2027-01-04T08:00:10.750Z');
const seconds = (iso: string) => String(Date.parse(iso) / 1_000);

test.each([
  ['this second, so that the hops of a message stay in order', seconds('2027-01-04T08:00:10Z'), now.toISOString()],
  ['two seconds ago', seconds('2027-01-04T08:00:08Z'), now.toISOString()],
  ['a message that waited in the offline queue', seconds('2027-01-04T07:00:00Z'), '2027-01-04T07:00:00.000Z'],
  ['a server whose clock is ahead', seconds('2027-01-04T08:01:00Z'), '2027-01-04T08:01:00.000Z'],
  ['no time at all', undefined, now.toISOString()],
])('%s', (_what, t, expected) => {
  expect(serverTime(t, now).toISOString()).toBe(expected);
});
