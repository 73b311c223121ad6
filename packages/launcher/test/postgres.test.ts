import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../src/index.js';
import { isAlive } from '../src/system/processes.js';
import { firstLine, fixture, runScript } from './support/child.js';
import { query } from './support/query.js';
import { temporaryDir } from './support/temporary-dir.js';

const asRoot = process.getuid?.() === 0;

async function start(dataDir: string): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, syncInit: false });
  onTestFinished(async () => {
    if (isAlive(server.pid)) await server.stop();
  });
  return server;
}

test('a second start on one directory keeps the rows, the password and the port', async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start(dir);
  expect(second.url()).toBe(first.url());
  expect(second.adopted).toBe(false);
  expect(await query(second.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('the server is never root and its secret is readable by the owner only', async () => {
  const server = await start(temporaryDir());
  expect(statSync(path.join(server.dir, 'secret')).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(server.dir, 'data')).uid).not.toBe(0);
  await expect(query(server.url().replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
});

test('a server left alive by a killed starter is adopted', async () => {
  const dir = temporaryDir();
  const starter = runScript(fixture('hold-servers.mjs'), [dir]);
  const { postgres, nats } = JSON.parse(await firstLine(starter)) as { postgres: number; nats: number };
  onTestFinished(() => void (isAlive(nats) && process.kill(nats, 'SIGKILL')));
  starter.process.kill('SIGKILL');
  await starter.ended();
  const server = await start(path.join(dir, 'postgres'));
  expect(server).toMatchObject({ adopted: true, pid: postgres });
  await query(server.url(), 'SELECT 1');
  await server.stop();
  expect(isAlive(postgres)).toBe(false);
});

test('a killed server starts again at once and has lost nothing', async () => {
  const dir = temporaryDir();
  const killed = await start(dir);
  await query(killed.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
  process.kill(killed.pid, 'SIGKILL');
  await killed.exited;
  const server = await start(dir);
  expect(server.port).toBe(killed.port);
  expect(await query(server.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a pid file whose pid now belongs to another program does not stop the start', async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  await first.stop();
  const stale = `${process.pid}\n${first.dir}/data\n0\n${first.port}\n\n127.0.0.1\n0 0\nready\n`;
  writeFileSync(path.join(first.dir, 'data', 'postmaster.pid'), stale, { mode: 0o644 });
  const second = await start(dir);
  expect(second.adopted).toBe(false);
  expect(second.pid).not.toBe(process.pid);
});

test('a directory that the unprivileged account cannot reach is replaced by one that it can, and the same one again', async () => {
  const dir = path.join(temporaryDir(0o700), 'postgres');
  const first = await start(dir);
  if (asRoot) onTestFinished(() => rmSync(first.dir, { recursive: true, force: true }));
  await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  const second = await start(dir);
  expect(await query(second.url(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  if (asRoot) {
    expect(first.dir).toMatch(/^\/var\/lib\/multiwa\//);
    expect(readFileSync(path.join(dir, 'location'), 'utf8').trim()).toBe(first.dir);
  } else {
    expect(first.dir).toBe(dir);
  }
});

test('a taken port is one sentence', async () => {
  const first = await start(temporaryDir());
  await expect(startPostgres({ dataDir: temporaryDir(), port: first.port, syncInit: false })).rejects.toMatchObject({
    code: 'port_taken',
    message: `Port ${first.port} for PostgreSQL is taken: free it or choose another.`,
  });
});
