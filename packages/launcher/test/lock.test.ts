import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lockDataDir } from '../src/start/lock-data-dir.js';
import { processIdentity } from '../src/system/processes.js';
import { runScript } from './support/child.js';
import { temporaryDir } from './support/temporary-dir.js';

function writeLock(dir: string, content: unknown): void {
  writeFileSync(path.join(dir, 'launcher.lock'), typeof content === 'string' ? content : JSON.stringify(content));
}

test('a lock is refused while its owner lives, and free again after release', async () => {
  const dir = temporaryDir();
  const owner = runScript('-e', ['setInterval(() => {}, 1000)']);
  writeLock(dir, { pid: owner.pid, identity: processIdentity(owner.pid) });
  await expect(lockDataDir(dir)).rejects.toMatchObject({ code: 'data_dir_in_use' });
  owner.process.kill('SIGKILL');
  await owner.ended();
  const release = await lockDataDir(dir);
  release();
  expect(existsSync(path.join(dir, 'launcher.lock'))).toBe(false);
});

test('a pid that belongs to another process by now does not hold the lock', async () => {
  const dir = temporaryDir();
  writeLock(dir, { pid: process.pid, identity: 'an earlier boot:1' });
  const release = await lockDataDir(dir);
  release();
});

test('a lock file cut short by a crash does not hold the lock', async () => {
  const dir = temporaryDir();
  writeLock(dir, '{"pid":');
  const release = await lockDataDir(dir);
  release();
});
