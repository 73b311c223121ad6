import { events, type RecipientStatus } from '@multiwa/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recipientStatusesBelow, recipientStatusOfEvent } from '../src/recipient-status.js';

const told = Object.keys(events).filter((type) => recipientStatusOfEvent(type));

function hear(types: readonly string[]): RecipientStatus {
  return types.reduce<RecipientStatus>((status, type) => {
    const next = recipientStatusOfEvent(type);
    return next && recipientStatusesBelow(next).includes(status) ? next : status;
  }, 'ACCEPTED');
}

describe('the status of a recipient', () => {
  test.each([
    [['message.sent'], 'SENT'],
    [['message.delivered', 'message.sent'], 'DELIVERED'],
    [['message.sent', 'message.played'], 'READ'],
    [['message.failed'], 'FAILED'],
    [['message.failed', 'message.sent'], 'SENT'],
    [['message.read', 'message.failed'], 'READ'],
    [['message.cancelled', 'message.sent'], 'SENT'],
    [['message.received', 'profile.status', 'constructor'], 'ACCEPTED'],
  ] as const)('%j makes it %s', (types, expected) => {
    expect(hear(types)).toBe(expected);
  });

  test('does not depend on the order of the news nor on repetitions', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...told), { maxLength: 8 }), (types) => {
        expect(hear([...types].reverse())).toBe(hear(types));
        expect(hear([...types, ...types])).toBe(hear(types));
      }),
    );
  });

  test('those without a message hear nothing', () => {
    for (const status of ['PENDING', 'INVALID', 'OPTED_OUT', 'DUPLICATE'] as const) {
      expect(
        told.filter((type) => recipientStatusesBelow(recipientStatusOfEvent(type) ?? 'PENDING').includes(status)),
      ).toEqual([]);
    }
  });
});
