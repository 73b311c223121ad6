import { expect, test } from 'vitest';
import { coalesced } from '../src/worker/coalesced.js';

test('calls that come while one is at work share one more, which begins after it', async () => {
  const ends: (() => void)[] = [];
  let running = 0;
  const call = coalesced(async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  });
  const first = call();
  const later = [call(), call(), call()];
  ends[0]?.();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(later);
  expect(ends).toHaveLength(2);
});

test('one that fails fails for those who wait for it alone', async () => {
  let fails = true;
  const call = coalesced(async () => {
    if (!fails) return;
    fails = false;
    throw new Error('no');
  });
  const [first, second] = [call(), call()];
  await expect(first).rejects.toThrow('no');
  await expect(second).resolves.toBeUndefined();
});
