import { timing } from '@multiwa/contracts';
import { beforeEach, expect, test } from 'vitest';
import { makeQueueBound } from '../src/accept/queue-bound.js';

const { countEveryMs } = timing.queue;
let ms: number;
let depths: Record<string, number>;
let counted: string[][];
let countTakesMs: number;
beforeEach(() => {
  [ms, depths, counted, countTakesMs] = [0, {}, [], 0];
});

function bound(limit = 10) {
  return makeQueueBound({
    limit,
    nowMs: () => ms,
    async count(profileIds, atMost) {
      counted.push([...profileIds]);
      ms += countTakesMs;
      return new Map(profileIds.map((id) => [id, Math.min(atMost, depths[id] ?? 0)]));
    },
  });
}

test('each place is the next one, with what was counted before it', async () => {
  depths = { a: 4 };
  const queue = bound();
  expect([await queue.enter('a'), await queue.enter('a'), await queue.enter('a')]).toEqual([4, 5, 6]);
  expect(counted).toEqual([['a']]);
});

test('sends of the same moment share one count and get different places; so do many profiles', async () => {
  const queue = bound(100);
  const places = await Promise.all(['a', 'b', 'a', 'b', 'a'].map((id) => queue.enter(id)));
  expect(places).toEqual([0, 0, 1, 1, 2]);
  expect(counted).toEqual([['a', 'b']]);
});

test('at the bound a send is refused, and a place that was given back is free', async () => {
  depths = { a: 8 };
  const queue = bound();
  await queue.enter('a');
  await queue.enter('a');
  expect(() => queue.enter('a')).toThrow(expect.objectContaining({ code: 'queue_full' }));
  queue.leave('a');
  expect(await queue.enter('a')).toBe(9);
});

test('a full queue is counted anew before anybody is refused on an old count', async () => {
  depths = { a: 10 };
  const queue = bound();
  await expect(queue.enter('a')).rejects.toMatchObject({ code: 'queue_full' });
  depths = { a: 2 };
  ms += countEveryMs + 1;
  expect(await queue.enter('a')).toBe(2);
});

test('while sends keep coming nobody waits for the next count, which what comes after it sees', async () => {
  const queue = bound(100);
  await queue.enter('a');
  depths = { a: 50 };
  ms += countEveryMs + 1;
  expect(queue.enter('a')).toBe(1);
  await expect.poll(() => counted.length).toBe(2);
  expect(await queue.enter('a')).toBeGreaterThanOrEqual(50);
});

test('after a pause the queue is counted first', async () => {
  const queue = bound(100);
  await queue.enter('a');
  depths = { a: 7 };
  ms += 2 * countEveryMs + 1;
  expect(await queue.enter('a')).toBe(7);
});

test('a queue that takes long to count is counted less often', async () => {
  countTakesMs = countEveryMs;
  const queue = bound(100);
  await queue.enter('a');
  ms += 10 * countEveryMs;
  expect(queue.enter('a')).toBe(1);
  expect(counted).toHaveLength(1);
});
