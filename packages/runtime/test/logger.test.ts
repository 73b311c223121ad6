import { expect, test } from 'vitest';
import { createLogger } from '../src/index.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger('test', 'info', { write: (line) => void lines.push(line) }));
  return lines;
}

test('keys, secrets and what people wrote are not logged, wherever they stand and however they are spelt', () => {
  const lines = logged((logger) => {
    logger.info({ apiKey: 'hidden', headers: { 'X-Api-Key': 'hidden', Authorization: 'hidden' } }, 'one');
    logger.info({ messages: [{ content: { text: 'hidden' } }], endpoint: { secret: 'hidden' } }, 'two');
    logger.info({ a: { b: { c: { d: { encryption_key: 'hidden' } } } } }, 'three');
    logger.child({ token: 'hidden' }).info({}, 'four');
    logger.info({ a: { b: { c: { d: { e: { f: { g: 'hidden' } } } } } } }, 'five');
  });
  expect(lines).toHaveLength(5);
  expect(lines.join('')).not.toContain('hidden');
});

test('everything else is shown, errors with their stack', () => {
  const fields = { messageId: 'm1', counts: { sent: 3, failed: null }, list: [1, 'two'] };
  const [line, failure] = logged((logger) => {
    logger.info(fields, 'said');
    logger.error({ err: new Error('broken') }, 'failed');
  });
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'info', name: 'test', msg: 'said', ...fields });
  expect(JSON.parse(failure ?? '').err).toMatchObject({
    message: 'broken',
    stack: expect.stringContaining('logger.test'),
  });
});

test('the object that is logged is not changed', () => {
  const fields = { endpoint: { secret: 'kept' } };
  logged((logger) => logger.info(fields, 'said'));
  expect(fields).toEqual({ endpoint: { secret: 'kept' } });
});

test('of an error only what it says is shown, and of its causes, not what a library hung on it', () => {
  const client = { secretKey: 'hidden', connection: { password: 'hidden' } };
  const broken = Object.assign(new Error('connection terminated'), { code: '57P01', detail: 'hidden', client });
  const [line] = logged((logger) => logger.warn({ err: new Error('not stored', { cause: broken }) }, 'failed'));
  expect(line).not.toContain('hidden');
  expect(JSON.parse(line ?? '').err).toMatchObject({
    type: 'Error',
    message: 'not stored',
    cause: { message: 'connection terminated', code: '57P01' },
  });
});
