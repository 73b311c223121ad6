import { expect, test } from 'vitest';
import { isHandOverDue, type Pulse, type WatchdogLimits, type WatchdogOrder, watch } from '../src/watchdog.js';

const limits: WatchdogLimits = {
  checkEveryMs: 10,
  quietMs: 100,
  probeTimeoutMs: 20,
  unansweredSends: 3,
  unansweredMs: 1_000,
  recyclesBeforeHandOver: 2,
  recycleWindowMs: 500,
};
const now = 10_000;
const pulse = (change: Partial<Pulse>): Pulse => ({
  answers: true,
  lastInMs: now,
  probedMs: undefined,
  unansweredSends: 0,
  unansweredSinceMs: undefined,
  ...change,
});

const rows: [why: string, change: Partial<Pulse>, order: WatchdogOrder][] = [
  ['a lively connection is left alone', { lastInMs: now - 99 }, 'rest'],
  ['a quiet one is asked for a sign of life', { lastInMs: now - 100 }, 'probe'],
  ['while the answer may still come, it is waited for', { lastInMs: now - 119, probedMs: now - 19 }, 'rest'],
  ['without an answer in time it is given up', { lastInMs: now - 120, probedMs: now - 20 }, 'unresponsive'],
  ['anything that came in since the question is an answer', { lastInMs: now - 15, probedMs: now - 20 }, 'rest'],
  ['and the next silence is asked about anew', { lastInMs: now - 100, probedMs: now - 120 }, 'probe'],
  ['before the log-in nothing can be asked: silence ends it', { answers: false, lastInMs: now - 100 }, 'unresponsive'],
  ['a log-in that goes on is left alone', { answers: false, lastInMs: now - 99 }, 'rest'],
  [
    'acked sends that nothing answers end it',
    { unansweredSends: 3, unansweredSinceMs: now - 1_000 },
    'receipts_missing',
  ],
  ['fewer sends may just have met sleeping phones', { unansweredSends: 2, unansweredSinceMs: now - 9_000 }, 'rest'],
  ['so may sends of a moment ago', { unansweredSends: 99, unansweredSinceMs: now - 999 }, 'rest'],
];

test.each(rows)('%s', (_why, change, order) => {
  expect(watch(pulse(change), limits, now)).toBe(order);
});

test('another worker should try once enough connections were given up within the window', () => {
  expect(isHandOverDue([now - 499, now], limits, now)).toBe(true);
  expect(isHandOverDue([now - 500, now], limits, now)).toBe(false);
  expect(isHandOverDue([now], limits, now)).toBe(false);
});
