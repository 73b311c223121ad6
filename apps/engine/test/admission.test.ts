import { expect, test } from 'vitest';
import { Admission } from '../src/worker/admission.js';
import { DeathWatch } from '../src/worker/death-watch.js';

const MIB = 1024 * 1024;

/** An admission whose memory and time the test sets. */
function admission(memoryMb: number | undefined, capacity = 100) {
  const now = { rssMb: 100, ms: 0 };
  const made = new Admission({
    capacity,
    memoryBytes: memoryMb === undefined ? undefined : memoryMb * MIB,
    rss: () => now.rssMb * MIB,
    nowMs: () => now.ms,
  });
  return { made, now };
}

test('without a limit of memory only the count decides', () => {
  const { made, now } = admission(undefined, 10);
  now.rssMb = 100_000;
  expect(made.admits(9, 0)).toBe(true);
  expect(made.admits(10, 0)).toBe(false);
  expect(made.surplus(9)).toBe(0);
});

test('sessions that are opening count with what they will take', () => {
  const { made, now } = admission(200);
  now.rssMb = 180;
  // 80 open sessions have taken 80 MB, so another 19 will take 19 MB.
  expect(made.admits(99, 19)).toBe(true);
  now.rssMb = 182;
  expect(made.admits(99, 19)).toBe(false);
});

test('a worker short of memory admits again only when it is well below the limit', () => {
  const { made, now } = admission(200);
  now.rssMb = 200;
  expect(made.admits(50, 0)).toBe(false);
  now.rssMb = 195;
  expect(made.admits(50, 0)).toBe(false);
  now.rssMb = 185;
  expect(made.admits(50, 0)).toBe(true);
  now.rssMb = 195;
  expect(made.admits(50, 0)).toBe(true);
});

test('well above the limit it gives a tenth away at a time, and waits to see what that has brought', () => {
  const { made, now } = admission(200);
  now.rssMb = 219;
  expect(made.surplus(50)).toBe(0);
  now.rssMb = 221;
  expect(made.surplus(50)).toBe(5);
  made.shed();
  now.ms = 29_000;
  expect(made.surplus(45)).toBe(0);
  now.ms = 31_000;
  expect(made.surplus(45)).toBe(5);
});

test('a worker is dead once it was gone in every look for long enough, and that is told once', () => {
  const deaths = new DeathWatch(600);
  expect(deaths.look(['a'], 1_000)).toBe(false);
  expect(deaths.look(['a', 'b'], 1_300)).toBe(false);
  expect(deaths.dead()).toEqual([]);
  expect(deaths.look(['a', 'b'], 1_600)).toBe(true);
  expect(deaths.dead()).toEqual(['a']);
  expect(deaths.look(['a', 'b'], 1_650)).toBe(false);
  expect(deaths.look(['a', 'b'], 1_900)).toBe(true);
  expect(deaths.dead()).toEqual(['a', 'b']);
});

test('a worker that came back in between, or was seen before the view was interrupted, is not dead', () => {
  const deaths = new DeathWatch(600);
  deaths.look(['a'], 1_000);
  deaths.look([], 1_300);
  deaths.look(['a'], 1_600);
  expect(deaths.dead()).toEqual([]);
  deaths.forget();
  expect(deaths.look(['a'], 2_300)).toBe(false);
  expect(deaths.dead()).toEqual([]);
});
