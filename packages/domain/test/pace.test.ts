import type { Pace } from '@multiwa/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateEnd, inFlightLimit, type PaceState, takeSlot } from '../src/pace.js';

const noon = new Date('2027-01-04T12:00:00.000Z');
const pace = (over: Partial<Pace> = {}): Pace => ({ messagesPerMinute: 60, jitterPercent: 0, dailyCap: 1000, ...over });
const fresh: PaceState = { day: '2027-01-04', sentToday: 0, nextSendAt: new Date(0) };
const after = (ms: number, from = noon) => new Date(from.getTime() + ms);

/** Sends whenever a slot is due, looking again when told to; the times of the sends. */
function simulate(
  paces: readonly Pace[],
  untilMs: number,
  random: () => number = () => 0.5,
): { ms: number; by: number }[] {
  let state = fresh;
  const sends: { ms: number; by: number }[] = [];
  for (let ms = 0, turn = 0; ms <= untilMs; turn += 1) {
    const by = turn % paces.length;
    const decision = takeSlot(paces[by] ?? pace(), state, after(ms), random());
    if (decision.due) {
      state = decision.state;
      sends.push({ ms, by });
    } else {
      ms += Math.max(1, Math.ceil(decision.waitMs));
    }
  }
  return sends;
}

describe('the pace of a profile', () => {
  test('gives one slot at a time, a gap apart', () => {
    expect(simulate([pace()], 5_000).map(({ ms }) => ms)).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
  });

  test('keeps the rate when timers are late, without a burst after a long pause', () => {
    const state = { ...fresh, nextSendAt: noon };
    const late = takeSlot(pace(), state, after(300), 0.5);
    expect(late).toMatchObject({ due: true, state: { nextSendAt: after(1000) } });
    const muchLater = takeSlot(pace({ messagesPerMinute: 1 }), state, after(3_600_000), 0.5);
    expect(muchLater).toMatchObject({ due: true, state: { nextSendAt: after(3_600_000 + 60_000) } });
  });

  test('jitters evenly around the average, within its share of the gap', () => {
    const jittered = pace({ jitterPercent: 30 });
    const state = { ...fresh, nextSendAt: noon };
    const next = (random: number) => takeSlot(jittered, state, noon, random);
    expect(next(0)).toMatchObject({ state: { nextSendAt: after(700) } });
    expect(next(0.5)).toMatchObject({ state: { nextSendAt: after(1000) } });
    expect(next(1)).toMatchObject({ state: { nextSendAt: after(1300) } });
  });

  test('stops at the daily cap until midnight UTC, then counts anew', () => {
    const state = { ...fresh, sentToday: 5 };
    expect(takeSlot(pace({ dailyCap: 5 }), state, noon, 0.5)).toEqual({ due: false, waitMs: 12 * 3_600_000 });
    const next = takeSlot(pace({ dailyCap: 5 }), state, new Date('2027-01-05T00:00:00Z'), 0.5);
    expect(next).toMatchObject({ due: true, state: { day: '2027-01-05', sentToday: 1 } });
  });

  test('is shared by the broadcasts of a profile, and none sends faster than its own', () => {
    const sends = simulate([pace({ messagesPerMinute: 6 }), pace({ messagesPerMinute: 60 })], 120_000);
    const slow = sends.filter(({ by }) => by === 0);
    expect(slow.length).toBeGreaterThan(2);
    expect(slow.length).toBeLessThanOrEqual(14);
    expect(sends.length).toBeLessThanOrEqual(122);
  });

  test('is never exceeded over a minute, whatever the jitter and the cap', () => {
    const paces = fc.record({
      messagesPerMinute: fc.integer({ min: 1, max: 120 }),
      jitterPercent: fc.integer({ min: 0, max: 100 }),
      dailyCap: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(paces, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (some, randoms) => {
        const state = { ...fresh, nextSendAt: noon };
        const first = takeSlot(some, state, noon, randoms.next().value ?? 0);
        if (!first.due) return false;
        const gap = 60_000 / some.messagesPerMinute;
        const distance = first.state.nextSendAt.getTime() - noon.getTime();
        return (
          distance >= gap * (1 - some.jitterPercent / 100) - 1 && distance <= gap * (1 + some.jitterPercent / 100) + 1
        );
      }),
    );
    expect(simulate([pace({ messagesPerMinute: 600, dailyCap: 7 })], 60_000)).toHaveLength(7);
  });
});

test.each([
  [0.1, 1],
  [5, 1],
  [20, 4],
  [1200, 10],
])('at %d messages a minute %d may wait for WhatsApp', (messagesPerMinute, limit) => {
  expect(inFlightLimit({ messagesPerMinute })).toBe(limit);
});

describe('the estimated end', () => {
  const state: PaceState = { day: '2027-01-04', sentToday: 10, nextSendAt: after(500) };
  test.each<[string, Partial<Pace>, PaceState | null, number, string]>([
    ['nothing remains', {}, state, 0, '2027-01-04T12:00:00.000Z'],
    ['one remains', {}, state, 1, '2027-01-04T12:00:00.500Z'],
    ['at the rate', {}, null, 61, '2027-01-04T12:01:00.000Z'],
    ['over the cap into the next day', { dailyCap: 20 }, state, 11, '2027-01-05T00:00:00.000Z'],
    ['over several days', { dailyCap: 20 }, state, 10 + 20 + 1, '2027-01-06T00:00:00.000Z'],
    [
      'slower than the day is long',
      { messagesPerMinute: 1 / 60, dailyCap: 1000 },
      null,
      13,
      '2027-01-05T00:00:00.000Z',
    ],
  ])('%s', (_name, over, given, remaining, expected) => {
    expect(estimateEnd(pace(over), given, remaining, noon).toISOString()).toBe(expected);
  });
});
