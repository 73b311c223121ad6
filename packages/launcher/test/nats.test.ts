import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type NatsServer, startNats } from '../src/index.js';
import { unpackRelease } from '../src/nats/fetch-release.js';
import { findNatsServer } from '../src/nats/find-server.js';
import { isAccepted } from '../src/nats/version.js';
import { isAlive } from '../src/system/processes.js';
import { firstLine, fixture, runScript } from './support/child.js';
import { askJetStream } from './support/jetstream.js';
import { temporaryDir } from './support/temporary-dir.js';

const noSources = { sources: [] };

/** A program that only knows its version. */
function fakeServer(dir: string, name: string, version: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, fakeProgram(version), { mode: 0o755 });
  return file;
}

function fakeProgram(version: string): string {
  return `#!/bin/sh\necho "nats-server: v${version}"\n`;
}

async function start(dataDir: string): Promise<NatsServer> {
  const server = await startNats({ dataDir });
  onTestFinished(async () => {
    if (isAlive(server.pid)) await server.stop();
  });
  return server;
}

test('the configured program is used before any other', async () => {
  const dir = temporaryDir();
  const configured = fakeServer(dir, 'mine', '2.9.10');
  const installed = [fakeServer(dir, 'installed', '2.11.0')];
  expect(await findNatsServer({ cacheDir: dir, configured, installed })).toBe(configured);
});

test('a configured program that does not serve is an error, not a reason to run another', async () => {
  const dir = temporaryDir();
  const installed = [fakeServer(dir, 'installed', '2.11.0')];
  const configured = path.join(dir, 'missing');
  await expect(findNatsServer({ cacheDir: dir, configured, installed })).rejects.toThrow(/missing is not there/);
});

test('a program on PATH is found before one in the cache', async () => {
  const dir = temporaryDir();
  fakeServer(dir, 'nats-server', '2.10.0');
  const before = process.env.PATH;
  onTestFinished(() => {
    process.env.PATH = before;
  });
  process.env.PATH = `${dir}${path.delimiter}${before}`;
  expect(await findNatsServer({ cacheDir: temporaryDir(), ...noSources })).toBe('nats-server');
});

test('one that is too old is passed over for the cached one', async () => {
  const dir = temporaryDir();
  const installed = [fakeServer(dir, 'installed', '2.9.9')];
  const cached = fakeServer(dir, 'nats-server', '2.9.10');
  expect(await findNatsServer({ cacheDir: dir, installed, ...noSources })).toBe(cached);
});

test('sources are tried in order and what the first good one gives is cached', async () => {
  const dir = temporaryDir();
  const asked: string[] = [];
  const source = (name: string, give: () => string) => ({
    name,
    async fetch() {
      asked.push(name);
      return Buffer.from(give());
    },
  });
  const sources = [
    source('broken', () => {
      throw new Error('unreachable');
    }),
    source('outdated', () => fakeProgram('2.2.0')),
    source('good', () => fakeProgram('2.14.5')),
    source('unneeded', () => fakeProgram('2.14.5')),
  ];
  const found = await findNatsServer({ cacheDir: dir, installed: [], sources });
  expect(asked).toEqual(['broken', 'outdated', 'good']);
  expect(await findNatsServer({ cacheDir: dir, installed: [], ...noSources })).toBe(found);
});

test('when nothing works the error names each step and three ways out', async () => {
  const dir = temporaryDir();
  const sources = [
    { name: 'the release', fetch: () => Promise.reject(new Error('no route', { cause: new Error('ENOTFOUND') })) },
  ];
  const installed = [fakeServer(dir, 'old', '2.1.0')];
  const failure = findNatsServer({ cacheDir: path.join(dir, 'cache'), installed, sources });
  await expect(failure).rejects.toMatchObject({ code: 'nats_unavailable' });
  await expect(failure).rejects.toThrow(/old is 2\.1\.0, too old.*nats-server is not there.*the release: ENOTFOUND/);
  await expect(failure).rejects.toThrow(/install it.*MULTIWA_NATS_SERVER.*NATS_URL/);
});

test('a release whose checksum is not the pinned one is refused', () => {
  const header = Buffer.alloc(512);
  header.write('nats-server-v1/nats-server');
  header.write('00000000005', 124);
  const archive = gzipSync(Buffer.concat([header, Buffer.from('hello'.padEnd(512, '\0'))]));
  const sha256 = createHash('sha256').update(archive).digest('hex');
  expect(Buffer.from(unpackRelease(archive, sha256)).toString()).toBe('hello');
  expect(() => unpackRelease(archive, sha256.replace(/^./, 'x'))).toThrow(/sha256/);
});

test.each([
  ['2.9.9', false],
  ['2.9.10', true],
  ['2.10.0', true],
  ['3.0.0', true],
  ['1.99.99', false],
])('version %s is accepted: %s', (version, accepted) => {
  expect(isAccepted(version)).toBe(accepted);
});

test('streams survive a restart, on the same port, and messages of 8 MB are allowed', async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  const made = await askJetStream(first.port, 'STREAM.CREATE.KEPT', {
    name: 'KEPT',
    subjects: ['kept.>'],
    storage: 'file',
  });
  expect(made).not.toHaveProperty('error');
  await first.stop();
  expect(existsSync(path.join(dir, 'server.json'))).toBe(false);
  const second = await start(dir);
  expect(second.url).toBe(first.url);
  expect(await askJetStream(second.port, 'STREAM.INFO.KEPT', {})).toMatchObject({ config: { name: 'KEPT' } });
  expect(readFileSync(path.join(dir, 'nats.conf'), 'utf8')).toContain(`max_payload: ${8 * 1024 * 1024}`);
});

test('a server left alive by a killed starter is adopted; one with another configuration is replaced', async () => {
  const dir = temporaryDir();
  const starter = runScript(fixture('hold-servers.mjs'), [dir]);
  const { postgres, nats } = JSON.parse(await firstLine(starter)) as { postgres: number; nats: number };
  onTestFinished(() => void (isAlive(postgres) && process.kill(postgres, 'SIGQUIT')));
  starter.process.kill('SIGKILL');
  await starter.ended();
  const adopted = await start(path.join(dir, 'nats'));
  expect(adopted).toMatchObject({ adopted: true, pid: nats });
  const config = path.join(dir, 'nats', 'nats.conf');
  writeFileSync(config, readFileSync(config, 'utf8').replace(/max_payload: \d+/, 'max_payload: 1024'));
  const replaced = await start(path.join(dir, 'nats'));
  expect(replaced.adopted).toBe(false);
  expect(isAlive(nats)).toBe(false);
});
