import { expect, test } from 'vitest';
import { backoff, poller } from '../src/index.js';

const HOUR_MS = 3_600_000;

function recorder() {
  const errors: unknown[] = [];
  return { errors, logger: { error: (fields: unknown) => void errors.push(fields) } };
}

/** Rounds that end when told to. */
function steps() {
  const release: (() => void)[] = [];
  const starts: (() => void)[] = [];
  let atOnce = 0;
  let most = 0;
  let rounds = 0;
  return {
    round: async () => {
      rounds += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      starts.shift()?.();
      await new Promise<void>((resolve) => void release.push(resolve));
      atOnce -= 1;
    },
    nextStart: () => new Promise<void>((resolve) => void starts.push(resolve)),
    end: () => release.shift()?.(),
    seen: () => ({ rounds, most }),
  };
}

test('rounds never overlap, and pokes during a round are one round more', async () => {
  const step = steps();
  const polling = poller(HOUR_MS, step.round, { name: 'test', ...recorder() });
  for (let count = 0; count < 5; count += 1) polling.poke();
  expect(step.seen()).toEqual({ rounds: 1, most: 1 });
  const second = step.nextStart();
  step.end();
  await second;
  const stopping = polling.stop();
  step.end();
  await stopping;
  expect(step.seen()).toEqual({ rounds: 2, most: 1 });
});

test('a poke between rounds runs one at once', async () => {
  const step = steps();
  const polling = poller(HOUR_MS, step.round, { name: 'test', ...recorder() });
  step.end();
  await new Promise((resolve) => setImmediate(resolve));
  polling.poke();
  expect(step.seen().rounds).toBe(2);
  const stopping = polling.stop();
  step.end();
  await stopping;
});

test('a round that throws is logged, and the next one comes', async () => {
  const { errors, logger } = recorder();
  let rounds = 0;
  await new Promise<void>((resolve) => {
    const polling = poller(
      1,
      async () => {
        rounds += 1;
        if (rounds === 1) throw new Error('a bad moment');
        void polling.stop().then(resolve);
      },
      { name: 'test', logger },
    );
  });
  expect(rounds).toBe(2);
  expect(errors).toHaveLength(1);
});

test('stop aborts the signal, waits for the round, and pokes after it do nothing', async () => {
  let rounds = 0;
  const polling = poller(
    HOUR_MS,
    (signal) => {
      rounds += 1;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    { name: 'test', ...recorder() },
  );
  await polling.stop();
  polling.poke();
  expect(rounds).toBe(1);
});

test('backoff waits anything up to a ceiling that doubles, and no longer than the maximum', () => {
  const ceilings = [1, 2, 3, 20, 5_000].map((attempt) =>
    backoff({ firstMs: 500, maxMs: 60_000, attempt, random: () => 1 }),
  );
  expect(ceilings).toEqual([500, 1_000, 2_000, 60_000, 60_000]);
  expect(backoff({ firstMs: 500, maxMs: 60_000, attempt: 3, random: () => 0 })).toBe(0);
});
