import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const COMMAND_TIMEOUT_MS = 90_000;
const run = promisify(execFile);

/**
 * Gets nats-server from the system's package source without installing it and without root: apt works on lists and a
 * cache of its own in `cacheDir`, and the package is unpacked, so that nothing of the system changes.
 * (`apt-get install` would start a server without JetStream on the port that others expect to be free.)
 */
export async function fetchWithApt(cacheDir: string): Promise<Uint8Array> {
  const dir = mkdtempSync(path.join(cacheDir, 'apt-'));
  try {
    mkdirSync(path.join(dir, 'lists', 'partial'), { recursive: true });
    mkdirSync(path.join(dir, 'cache', 'archives', 'partial'), { recursive: true });
    await apt(dir, 'update');
    await apt(dir, 'download', 'nats-server');
    const archive = readdirSync(dir).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error('apt-get downloaded nothing');
    await run('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: dir, timeout: COMMAND_TIMEOUT_MS });
    return readFileSync(path.join(dir, 'unpacked', 'usr', 'sbin', 'nats-server'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function apt(dir: string, ...args: string[]): Promise<void> {
  const settings = [
    `Dir::State::Lists=${dir}/lists`,
    `Dir::Cache=${dir}/cache`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, '-qq', ...args], { cwd: dir, timeout: COMMAND_TIMEOUT_MS });
}
