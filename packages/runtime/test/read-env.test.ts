import { expect, test } from 'vitest';
import { z } from 'zod';
import { baseEnv, EnvError, readEnv } from '../src/index.js';

const schema = z.object(baseEnv);
const good = { DATABASE_URL: 'postgresql://u:hidden@127.0.0.1:5432/d', NATS_URL: 'nats://127.0.0.1:4222' };

function complaint(env: NodeJS.ProcessEnv): string {
  try {
    readEnv(schema, env);
  } catch (error) {
    if (error instanceof EnvError) return error.message;
  }
  return '';
}

test('what is not given has its default, and an empty variable is not given', () => {
  expect(readEnv(schema, { ...good, PORT: '', LOG_LEVEL: 'debug' })).toEqual({
    ...good,
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'debug',
  });
});

test('an unknown MULTIWA_ variable is refused by name', () => {
  expect(complaint({ ...good, MULTIWA_NETWROK: 'live' })).toBe(
    'MULTIWA_NETWROK is not a variable of MultiWA: check its spelling.',
  );
});

test('variables of the other processes and of other programs are let through', () => {
  expect(complaint({ ...good, MULTIWA_NATS_SERVER: '/x', MULTIWA_NETWORK: 'live', HOME: '/root' })).toBe('');
});

test('each missing or wrong variable gets a sentence, and no value is shown', () => {
  const said = complaint({ DATABASE_URL: 'mysql://u:hidden@h/d', PORT: '70000' });
  expect(said).toContain('NATS_URL is missing: set it.');
  expect(said).toContain('DATABASE_URL is not valid: must be a postgresql:// address.');
  expect(said).toMatch(/PORT is not valid/);
  expect(said).not.toContain('hidden');
});
