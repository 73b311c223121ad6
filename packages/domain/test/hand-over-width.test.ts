import { expect, test } from 'vitest';
import { type HandOverWidth, narrowest, widthAfter } from '../src/hand-over-width.js';

const most = 8;
const after = (took: readonly number[]): HandOverWidth =>
  took.reduce((width, tookMs) => widthAfter(width, tookMs, most), narrowest);

test('where each session opens as fast as the first, more are handed over at a time, up to the most', () => {
  expect(after([1_000]).atOnce).toBe(2);
  expect(after(Array.from({ length: 20 }, (_, index) => 1_000 + (index % 2) * 400)).atOnce).toBe(most);
});

test('where they wait for each other, as few as at first are handed over at a time', () => {
  expect(after([200, 500, 500, 500]).atOnce).toBe(narrowest.atOnce);
  expect(after([200, 200, 200, 900]).atOnce).toBe(3);
});

test('a time that may be either changes nothing, and the best time is remembered', () => {
  expect(after([200, 350])).toEqual({ atOnce: 2, bestMs: 200 });
});
