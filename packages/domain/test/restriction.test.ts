import { expect, test } from 'vitest';
import { holdsAt, restrictionInForce } from '../src/restriction.js';

const now = new Date('2027-01-04T12:00:00.000Z');
const timelock = (until: string | null) => ({ kind: 'reachout_timelock', until, enforcementType: 'DEFAULT' }) as const;
const future = timelock('2027-01-05T00:00:00.000Z');
const past = timelock('2027-01-04T11:59:59.999Z');
const endless = timelock(null);

test.each([
  ['a healthy number, whatever is left of an old one', { health: 'OK', restriction: future }, null],
  ['a deaf session', { health: 'DEGRADED', restriction: null }, null],
  ['one that lifts later', { health: 'RESTRICTED', restriction: future }, future],
  ['one whose end WhatsApp has not said', { health: 'RESTRICTED', restriction: endless }, endless],
  ['one whose end has passed, though nobody has said so', { health: 'RESTRICTED', restriction: past }, null],
  [
    'one that nothing is known of',
    { health: 'RESTRICTED', restriction: null },
    { kind: 'reachout_timelock', until: null, enforcementType: null },
  ],
])('what is in force: %s', (_, profile, expected) => {
  expect(restrictionInForce(profile, now)).toEqual(expected);
});

test.each([
  [future, '2027-01-04T23:59:59.999Z', true],
  [future, '2027-01-05T00:00:00.000Z', false],
  [endless, '2030-01-01T00:00:00.000Z', true],
])('%o holds at %s: %s', (restriction, at, holds) => {
  expect(holdsAt(restriction, new Date(at))).toBe(holds);
});
