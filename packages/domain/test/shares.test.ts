import { expect, test } from 'vitest';
import { fairShares, type Load, planTransfers } from '../src/index.js';

const load = (id: string, sessions: number, more: Partial<Load> = {}): Load => ({
  id,
  sessions,
  capacity: 100,
  admitting: true,
  leaving: false,
  ...more,
});
const sharesOf = (loads: Load[], wanted: number) => Object.fromEntries(fairShares(loads, wanted));

test.each([
  ['evenly by capacity', [load('a', 0), load('b', 0)], 30, { a: 15, b: 15 }],
  ['in whole numbers that cover everything', [load('a', 0), load('b', 0), load('c', 0)], 10, { a: 4, b: 3, c: 3 }],
  ['more to the larger one', [load('a', 0), load('b', 0, { capacity: 50 })], 30, { a: 20, b: 10 }],
  ['never above capacity', [load('a', 0, { capacity: 4 }), load('b', 0, { capacity: 2 })], 50, { a: 4, b: 2 }],
  ['nothing to one that is leaving', [load('a', 20, { leaving: true }), load('b', 0)], 20, { a: 0, b: 20 }],
  ['what it has to one short of memory', [load('a', 2, { admitting: false }), load('b', 0)], 20, { a: 2, b: 18 }],
  ['less than it has, too', [load('a', 20, { admitting: false }), load('b', 0)], 20, { a: 10, b: 10 }],
  ['capacity to one full by count', [load('a', 10, { admitting: false, capacity: 10 })], 50, { a: 10 }],
  ['everything to the only one', [load('a', 0)], 7, { a: 7 }],
  ['nothing when nobody is there', [], 7, {}],
  ['nothing when nothing is wanted', [load('a', 3)], 0, { a: 0 }],
])('fair shares give %s', (_, loads, wanted, expected) => {
  expect(sharesOf(loads, wanted)).toEqual(expected);
});

const move = (from: string, to: string, count: number) => ({ from, to, count });

test.each([
  ['a new worker gets its share', [load('a', 30), load('b', 0)], 30, [move('a', 'b', 15)]],
  [
    'all give to a fourth',
    [load('a', 50), load('b', 50), load('c', 50), load('d', 0)],
    150,
    [move('c', 'd', 13), move('a', 'd', 12), move('b', 'd', 12)],
  ],
  ['a small difference is left alone', [load('a', 16), load('b', 14)], 30, []],
  ['and a tenth of a large share', [load('a', 55), load('b', 45)], 100, []],
  ['but nobody stands idle', [load('a', 1), load('b', 2), load('c', 0)], 3, [move('b', 'c', 1)]],
  [
    'one that is leaving gives everything, to those with the most room first',
    [load('a', 20, { leaving: true }), load('b', 12), load('c', 10)],
    42,
    [move('a', 'c', 11), move('a', 'b', 9)],
  ],
  ['nobody takes who does not admit', [load('a', 30), load('b', 0, { admitting: false })], 30, []],
  ['one that is leaving keeps what nobody can take', [load('a', 5, { leaving: true })], 5, []],
  [
    'one that is leaving gives no more than the others can take',
    [load('a', 5, { leaving: true }), load('b', 8, { capacity: 10 })],
    13,
    [move('a', 'b', 2)],
  ],
])('%s', (_, loads, wanted, expected) => {
  expect(planTransfers(loads, wanted)).toEqual(expected);
});

test('what has begun goes on to the last session, which alone would be tolerated', () => {
  const loads = [load('a', 39), load('b', 38), load('c', 38), load('d', 35)];
  expect(planTransfers(loads, 150)).toEqual([]);
  expect(planTransfers(loads, 150, true)).toEqual([move('a', 'd', 1), move('c', 'd', 1)]);
});

/** A repeatable sequence of whole numbers below `below`. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

test('a plan carried out, wholly or in part, never takes a worker past its share, and is never turned back', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const next = numbers(seed);
    let loads = Array.from({ length: 1 + next(6) }, (_, index) =>
      load(`w${index}`, next(80), {
        capacity: 20 + next(100),
        admitting: next(5) > 0,
        leaving: next(6) === 0,
      }),
    );
    const wanted = loads.reduce((sum, { sessions }) => sum + sessions, 0) + next(10);
    const gaveOnce = new Set<string>();
    const tookOnce = new Set<string>();
    for (let round = 0; round < 400; round += 1) {
      const plan = planTransfers(loads, wanted);
      if (plan.length === 0) break;
      expect(round).toBeLessThan(399);
      for (const { from, to, count } of plan) {
        const some = 1 + next(count);
        gaveOnce.add(from);
        tookOnce.add(to);
        loads = loads.map((each) => {
          if (each.id === from) return { ...each, sessions: each.sessions - some };
          if (each.id === to) return { ...each, sessions: each.sessions + some };
          return each;
        });
      }
    }
    expect([...gaveOnce].filter((id) => tookOnce.has(id))).toEqual([]);
  }
});
