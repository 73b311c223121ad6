import { describe, expect, test } from 'vitest';
import { compare, gapsIn } from '../src/chaos/compare.js';
import { durations, percentile, slope } from '../src/chaos/figures.js';

describe('what was said beside what was seen', () => {
  const said = ['a', 'b', 'c', 'd'];
  test.each([
    ['all, in order', ['a', 'b', 'c', 'd'], {}],
    ['one is missing', ['a', 'b', 'd'], { missing: ['c'] }],
    ['none was seen', [], { missing: said }],
    ['one came twice', ['a', 'b', 'b', 'c', 'd'], { doubled: ['b'] }],
    ['one came again at the end, which is no other order', ['a', 'b', 'c', 'd', 'a'], { doubled: ['a'] }],
    ['one was overtaken', ['a', 'c', 'b', 'd'], { reordered: ['b'] }],
    ['one overtook all', ['d', 'a', 'b', 'c'], { reordered: ['a', 'b', 'c'] }],
    ['other texts between them', ['x', 'a', 'b', 'y', 'c', 'd', 'x'], {}],
  ])('%s', (_what, seen, difference) => {
    expect(compare(said, seen)).toEqual({ missing: [], doubled: [], reordered: [], ...difference });
  });

  test.each([
    [[], 0],
    [[7], 0],
    [[3, 4, 5], 0],
    [[3, 5, 5, 8], 3],
    [[5, 4, 3], 0],
  ])('the numbers %j leave out %i', (numbers, gaps) => {
    expect(gapsIn(numbers)).toBe(gaps);
  });
});

describe('figures', () => {
  test('a percentile is one of the values, by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect([percentile([], 0.5), percentile([4], 0.99)]).toEqual([0, 4]);
    expect(durations('delay', [1.4, 2.6])).toEqual({ delayP50Ms: 1, delayP99Ms: 3, delayMaxMs: 3 });
    expect(durations('', [5])).toEqual({ p50Ms: 5, p99Ms: 5, maxMs: 5 });
  });

  test('the slope is that of the line of least squares', () => {
    const line = Array.from({ length: 10 }, (_, x) => [x, 3 * x + 7] as const);
    expect(slope(line)).toBeCloseTo(3);
    expect(slope(line.map(([x]) => [x, 5]))).toBe(0);
    expect(slope([[1, 2]])).toBe(0);
  });
});
