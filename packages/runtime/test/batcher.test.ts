import { expect, test } from 'vitest';
import { makeBatcher } from '../src/batcher.js';

/** A batcher whose runs are ended by hand. */
function controlled(maxBatch = 100) {
  const runs: { batch: number[]; end(error?: Error): void }[] = [];
  let wake: () => void = () => undefined;
  const batcher = makeBatcher<number, number>({
    maxBatch,
    run: (batch) =>
      new Promise((resolve, reject) => {
        runs.push({ batch, end: (error) => (error ? reject(error) : resolve(batch.map((n) => n * 10))) });
        wake();
      }),
  });
  const started = async (count: number) => {
    while (runs.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { ...batcher, runs, started };
}

test('what is added in one turn goes together, what is added meanwhile goes next, each with its own result', async () => {
  const { add, runs, started } = controlled();
  const first = [1, 2, 3].map(add);
  await started(1);
  const second = [4, 5].map(add);
  expect(runs.map(({ batch }) => batch)).toEqual([[1, 2, 3]]);
  runs[0]?.end();
  expect(await Promise.all(first)).toEqual([10, 20, 30]);
  await started(2);
  expect(runs[1]?.batch).toEqual([4, 5]);
  runs[1]?.end();
  expect(await Promise.all(second)).toEqual([40, 50]);
});

test('no batch is larger than it may be', async () => {
  const { add, runs, started, idle } = controlled(2);
  const all = [1, 2, 3, 4, 5].map(add);
  for (const count of [1, 2, 3]) {
    await started(count);
    runs[count - 1]?.end();
  }
  expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  expect(runs.map(({ batch }) => batch.length)).toEqual([2, 2, 1]);
  await idle();
});

test('a batch that fails fails its own items only', async () => {
  const { add, runs, started } = controlled();
  const failing = add(1);
  await started(1);
  const fine = add(2);
  runs[0]?.end(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  await started(2);
  runs[1]?.end();
  expect(await fine).toBe(20);
});
