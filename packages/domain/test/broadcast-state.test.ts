import { type BroadcastStatus, broadcastStatuses } from '@multiwa/contracts';
import { describe, expect, test } from 'vitest';
import {
  type BroadcastAction,
  hasBroadcastEnded,
  nextBroadcastStatus,
  requireBroadcastAction,
} from '../src/broadcast-state.js';

const actions = [
  'edit',
  'delete',
  'schedule',
  'start',
  'pause',
  'resume',
  'cancel',
  'complete',
  'fail',
] as const satisfies BroadcastAction[];

/** Every way there is; each pair that is not in here is refused. */
const table: [BroadcastStatus, BroadcastAction, BroadcastStatus | null][] = [
  ['DRAFT', 'edit', 'DRAFT'],
  ['DRAFT', 'delete', null],
  ['DRAFT', 'schedule', 'SCHEDULED'],
  ['DRAFT', 'start', 'RUNNING'],
  ['SCHEDULED', 'schedule', 'SCHEDULED'],
  ['SCHEDULED', 'start', 'RUNNING'],
  ['SCHEDULED', 'cancel', 'CANCELLED'],
  ['SCHEDULED', 'fail', 'FAILED'],
  ['RUNNING', 'pause', 'PAUSED'],
  ['RUNNING', 'cancel', 'CANCELLED'],
  ['RUNNING', 'complete', 'COMPLETED'],
  ['RUNNING', 'fail', 'FAILED'],
  ['PAUSED', 'resume', 'RUNNING'],
  ['PAUSED', 'cancel', 'CANCELLED'],
  ['PAUSED', 'fail', 'FAILED'],
];
const pairs = broadcastStatuses.flatMap((status) => actions.map((action) => [status, action] as const));

describe('the states of a broadcast', () => {
  test.each(table)('%s + %s leads to %s', (status, action, next) => {
    expect(nextBroadcastStatus(status, action)).toBe(next);
    expect(requireBroadcastAction(status, action)).toBe(next);
  });

  test.each(pairs.filter(([status, action]) => !table.some((row) => row[0] === status && row[1] === action)))(
    '%s refuses %s and says what it allows',
    (status, action) => {
      expect(nextBroadcastStatus(status, action)).toBeUndefined();
      expect(() => requireBroadcastAction(status, action)).toThrowError(
        expect.objectContaining({ code: 'state_conflict', message: expect.stringContaining(status) }),
      );
    },
  );

  test('three of them are ends', () => {
    expect(broadcastStatuses.filter(hasBroadcastEnded)).toEqual(['COMPLETED', 'CANCELLED', 'FAILED']);
  });
});
