import { EnvError } from '@multiwa/runtime';
import { expect, test } from 'vitest';
import { readEnvironment } from '../src/env.js';

const base = {
  DATABASE_URL: 'postgresql://localhost/multiwa',
  NATS_URL: 'nats://localhost:4222',
  MULTIWA_ENCRYPTION_KEY: 'x',
};
const sandbox = { ...base, MULTIWA_NETWORK: 'sandbox', SANDBOX_URL: 'http://localhost:4300' };

test('an engine of the sandbox can be told where to crash; without being told it does not', () => {
  const { crashAt } = readEnvironment({ ...sandbox, MULTIWA_CRASH_AT: 'send.after-wire:3' });
  expect(crashAt).toEqual({ point: 'send.after-wire', pass: 3 });
  expect(readEnvironment(sandbox).crashAt).toBeUndefined();
});

test('an engine of the live network that is told where to crash refuses to start', () => {
  const live = { ...base, MULTIWA_NETWORK: 'live' };
  expect(readEnvironment(live).crashAt).toBeUndefined();
  expect(() => readEnvironment({ ...live, MULTIWA_CRASH_AT: 'send.after-wire' })).toThrow(EnvError);
});

test('a crash point that does not exist is refused with a sentence', () => {
  expect(() => readEnvironment({ ...sandbox, MULTIWA_CRASH_AT: 'nowhere' })).toThrow(/must be a crash point/);
});
