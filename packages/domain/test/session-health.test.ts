import type { Restriction } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { healthOf, longest, restrictionDueMs, troubleOf } from '../src/session-health.js';

const until = '2026-01-01T00:00:00.000Z';
const restriction: Restriction = { kind: 'reachout_timelock', until, enforcementType: 'DEFAULT' };

test('a restriction is told also while the connection is in trouble, since what sends obeys it', () => {
  expect(healthOf(null, null)).toEqual({ health: 'OK', healthReason: null, restriction: null });
  expect(healthOf(null, 'unresponsive')).toEqual({
    health: 'DEGRADED',
    healthReason: 'unresponsive',
    restriction: null,
  });
  const restricted = { health: 'RESTRICTED', healthReason: 'reachout_timelock', restriction };
  expect(healthOf(restriction, null)).toEqual(restricted);
  expect(healthOf(restriction, 'receipts_missing')).toEqual(restricted);
});

const cap = (until: string | null): Restriction => ({ kind: 'new_chat_cap', until, quota: null });

test('of two restrictions the one that holds longest is told: both keep the number from the same', () => {
  const later = cap('2026-02-01T00:00:00.000Z');
  expect(longest([])).toBeNull();
  expect(longest([restriction, later])).toBe(later);
  expect(longest([later, restriction])).toBe(later);
  expect(longest([cap(null), restriction])).toEqual(cap(null));
});

test('what is no restriction is trouble of the connection', () => {
  expect(troubleOf(healthOf(cap(until), 'unresponsive'))).toBeNull();
  expect(troubleOf(healthOf(null, 'unresponsive'))).toBe('unresponsive');
  expect(troubleOf({ healthReason: 'new_chat_cap', restriction: null })).toBeNull();
});

test('WhatsApp is asked again when the time of a restriction has come, then once a second, or for a cap once a minute', () => {
  const end = Date.parse(until);
  expect(restrictionDueMs(restriction, end - 60_000)).toBe(end);
  expect(restrictionDueMs(restriction, end + 10)).toBe(end + 1_010);
  expect(restrictionDueMs(cap(until), end + 10)).toBe(end + 60_010);
});

test('where it has named no time, once an hour', () => {
  expect(restrictionDueMs({ ...restriction, until: null }, 0)).toBe(3_600_000);
});
