import { expect, test } from 'vitest';
import { ReadThroughCache } from '../src/read-through-cache.js';

function controlled() {
  const loads: { key: string; end(value: { v: number } | undefined): void }[] = [];
  const cache = new ReadThroughCache<{ v: number }>({ max: 10, ttlMs: 60_000 }, (key) => {
    return new Promise((resolve) => loads.push({ key, end: resolve }));
  });
  return { cache, loads };
}

test('what was loaded is served again; loads at the same time share one', async () => {
  const { cache, loads } = controlled();
  const both = Promise.all([cache.get('a'), cache.get('a')]);
  loads[0]?.end({ v: 1 });
  expect(await both).toEqual([{ v: 1 }, { v: 1 }]);
  expect(await cache.get('a')).toEqual({ v: 1 });
  expect(loads).toHaveLength(1);
});

test('what does not exist is asked again', async () => {
  const { cache, loads } = controlled();
  const missing = cache.get('a');
  loads[0]?.end(undefined);
  expect(await missing).toBeUndefined();
  void cache.get('a');
  expect(loads).toHaveLength(2);
});

test.each(['forget', 'clear'] as const)('what was being read when it was changed is not kept (%s)', async (how) => {
  const { cache, loads } = controlled();
  const stale = cache.get('a');
  cache[how]('a');
  const fresh = cache.get('a');
  loads[0]?.end({ v: 1 });
  expect(await stale).toEqual({ v: 1 });
  loads[1]?.end({ v: 2 });
  expect(await fresh).toEqual({ v: 2 });
  expect(await cache.get('a')).toEqual({ v: 2 });
});

test('a load that fails is not remembered', async () => {
  let fails = true;
  const cache = new ReadThroughCache<{ v: number }>({ max: 10, ttlMs: 60_000 }, async () => {
    if (fails) throw new Error('away');
    return { v: 1 };
  });
  await expect(cache.get('a')).rejects.toThrow('away');
  fails = false;
  expect(await cache.get('a')).toEqual({ v: 1 });
});
