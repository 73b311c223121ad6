import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newApiKey } from '@multiwa/domain';
import { createTestDatabase, type TestDatabase } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const built = (name: string) => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
let database: TestDatabase;
let env: NodeJS.ProcessEnv;
const children: ChildProcess[] = [];
beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
  env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    NATS_URL: inject('natsUrl'),
    PORT: '0',
    MULTIWA_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  };
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.drop();
});

const runBootstrap = async (extra: NodeJS.ProcessEnv = {}) => {
  const { stdout } = await promisify(execFile)(process.execPath, [built('bootstrap')], { env: { ...env, ...extra } });
  return stdout;
};

test('bootstrap prints one line of JSON, and the given key is the first key', async () => {
  const key = newApiKey();
  expect(await runBootstrap({ MULTIWA_BOOTSTRAP_API_KEY: key })).toBe(`{"created":true,"apiKey":"${key}"}\n`);
  expect(await runBootstrap()).toBe('{"created":false}\n');

  const child = spawn(process.execPath, [built('main')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: Record<string, unknown>[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    void exited.then((code) => reject(new Error(`the gateway ended with ${code}: ${JSON.stringify(lines)}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      lines.push(fields);
      if (typeof fields.address === 'string') resolve(fields.address);
    });
  });
  const headers = { 'x-api-key': key, 'content-type': 'application/json', 'x-request-id': 'logged-1' };
  const body = JSON.stringify({ name: 'a name that no log may hold', network: 'SANDBOX' });
  const created = await fetch(`${address}/api/v1/profiles`, { method: 'POST', headers, body });
  expect(created.status).toBe(201);
  const events = await fetch(`${address}/api/v1/events`, { headers });
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  await events.text();

  const logged = lines.filter(({ requestId }) => requestId === 'logged-1');
  expect(logged[0]).toMatchObject({
    method: 'POST',
    route: '/api/v1/profiles',
    status: 201,
    workspaceId: expect.any(String),
  });
  expect(JSON.stringify(lines)).not.toContain('a name that no log may hold');
  expect(JSON.stringify(lines)).not.toContain(key.slice(4));
});

test.each([
  ['main', { MULTIWA_NETWORKS: 'moon' }, 'MULTIWA_NETWORKS'],
  ['bootstrap', { MULTIWA_BOOTSTRAP_API_KEY: 'mwa_short' }, 'MULTIWA_BOOTSTRAP_API_KEY'],
])('%s answers a mistake in the environment with a sentence and an exit code', async (name, mistake, variable) => {
  const child = spawn(process.execPath, [built(name)], { env: { ...env, ...mistake }, stdio: 'pipe' });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(output).toContain(`${variable} is not valid`);
  expect(output).not.toMatch(/^\s+at /m);
  expect(output).not.toContain(Object.values(mistake)[0]);
});
