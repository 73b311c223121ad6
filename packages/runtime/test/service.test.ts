import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const fixture = fileURLToPath(new URL('./fixtures/service.mjs', import.meta.url));

/** Runs the fixture and gives its exit code and output; `signal` is sent once it says that it has started. */
async function run(mode: string, signal?: NodeJS.Signals): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [fixture], {
    env: { ...process.env, MODE: mode },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let signalled = false;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (signal && !signalled && output.includes('fixture started')) {
      signalled = true;
      child.kill(signal);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it in order and exits with 0', async (signal) => {
  const { code, output } = await run('', signal);
  expect(code).toBe(0);
  expect(output.indexOf('stopped in order')).toBeLessThan(output.indexOf('fixture stopped'));
  expect(output).toContain('stopped in order');
});

test.each([
  ['rejection', 'a promise was rejected unseen', true],
  ['fatal', 'cannot go on', true],
  ['cannot-start', 'could not start', false],
] as const)('%s: said, stopped in order if it ran, and exit code 1', async (mode, sentence, ran) => {
  const { code, output } = await run(mode);
  expect(code).toBe(1);
  expect(output).toContain(sentence);
  expect(output).not.toContain('could not be stopped');
  expect(output.includes('stopped in order')).toBe(ran);
});

test('a stop that fails is exit code 1', async () => {
  const { code, output } = await run('stop-fails', 'SIGTERM');
  expect(code).toBe(1);
  expect(output).toContain('could not be stopped in order');
});

test('it ends although nobody reads what it says any more', async () => {
  const child = spawn(process.execPath, [fixture], {
    env: { ...process.env, MODE: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('fixture started')) resolve();
    });
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
