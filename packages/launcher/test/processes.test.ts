import { expect, test } from 'vitest';
import { freePort, isPortFree } from '../src/index.js';
import { commandLine, isAlive, processIdentity, sendSignal } from '../src/system/processes.js';
import { firstLine, runScript } from './support/child.js';

const ROUNDS = 20;

// The main thread of a killed process may be a zombie while its other threads still hold the port.
test('a process counts as gone only when its ports are free', async () => {
  const heldAfterEnd: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const port = await freePort();
    const listen = `require('http').createServer().listen(${port}, '127.0.0.1', () => console.info('listening'))`;
    const child = runScript('-e', [listen]);
    await firstLine(child);
    child.process.kill('SIGKILL');
    // Without pause: the moment between the first thread's end and the last one's is short.
    while (isAlive(child.pid));
    if (!(await isPortFree(port))) heldAfterEnd.push(round);
    await child.ended();
  }
  expect(heldAfterEnd).toEqual([]);
});

test('a process that is gone has no command line, no identity, and takes signals without error', async () => {
  const child = runScript('-e', ['setInterval(() => {}, 1000)']);
  expect(commandLine(child.pid)).toContain('setInterval');
  expect(processIdentity(child.pid)).toBe(processIdentity(child.pid));
  expect(processIdentity(child.pid)).not.toBe(processIdentity(process.pid));
  child.process.kill('SIGKILL');
  await child.ended();
  expect(commandLine(child.pid)).toBeUndefined();
  expect(processIdentity(child.pid)).toBeUndefined();
  sendSignal(child.pid, 'SIGTERM');
});
