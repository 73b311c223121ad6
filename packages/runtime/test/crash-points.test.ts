import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { channelCrashPoints, crashAtSchema, crashPoints, historyCrashPoints } from '../src/crash-points.js';

test.each([...crashPoints, ...historyCrashPoints, ...channelCrashPoints])(
  '%s can be named, alone or with a pass',
  (point) => {
    expect(crashAtSchema.parse(point)).toEqual({ point, pass: 1 });
    expect(crashAtSchema.parse(`${point}:12`)).toEqual({ point, pass: 12 });
  },
);

test.each(['', 'send', 'send.before-wire:', 'send.before-wire:0', 'send.before-wire:x', 'send.before-wire:1:2'])(
  '"%s" is no crash point',
  (text) => {
    expect(crashAtSchema.safeParse(text).success).toBe(false);
  },
);

test('a process is killed at the given pass of the given point, not before and at no other', () => {
  const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const program = `
    import { crashing } from ${JSON.stringify(built)};
    const at = crashing({ point: 'send.after-ack', pass: 2 });
    for (const point of ['send.after-ack', 'send.after-wire', 'send.after-wire', 'send.after-ack', 'send.after-fact']) {
      process._rawDebug(point);
      at(point);
    }`;
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(signal).toBe('SIGKILL');
  expect(stderr.trim().split('\n')).toEqual(['send.after-ack', 'send.after-wire', 'send.after-wire', 'send.after-ack']);
});
