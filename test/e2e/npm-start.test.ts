import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { freePort, repositoryRoot } from '../../packages/launcher/dist/index.js';
import { createSandboxClient } from '../../packages/sandbox/dist/client.js';
import { createClient } from '../../packages/sdk/dist/index.js';
import { linkProfile, untilConnected, waitFor } from '../../packages/testkit/dist/index.js';

const START_TIMEOUT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

interface Launched {
  pid: number;
  output(): string;
  /** What the ready block says under a label. */
  fact(label: string): string | undefined;
  exited: Promise<number | null>;
}

let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-start-'));
  chmodSync(dataDir, 0o711);
  port = await freePort();
});

afterAll(() => {
  endServers();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A test that fails behind the kill -9 leaves the servers that the next start would have taken over. */
function endServers(): void {
  const files = ['nats/server.json', 'postgres/data/postmaster.pid'].map((file) => path.join(dataDir, file));
  for (const file of files.filter((each) => existsSync(each))) {
    const pid = Number(readFileSync(file, 'utf8').match(/\d+/)?.[0]);
    if (isRunningOn(pid, dataDir)) process.kill(pid, 'SIGKILL');
  }
}

/** Whether this process was started on the directory: its number may be another's by now. */
function isRunningOn(pid: number, dir: string): boolean {
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(dir);
}

async function launch(): Promise<Launched> {
  const entry = path.join(repositoryRoot, 'packages/launcher/dist/main.js');
  const { NODE_ENV: _test, VITEST: _vitest, ...env } = process.env;
  const child = spawn(process.execPath, [entry, '--port', String(port), '--data-dir', dataDir], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFailed(() => console.error(output));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const launched: Launched = {
    pid: child.pid ?? 0,
    output: () => output,
    fact: (label) => output.match(new RegExp(`^  ${label} {2,}(\\S+)`, 'm'))?.[1],
    exited,
  };
  await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`the launcher ended: ${output}`);
      return output.includes('MultiWA is ready') && output.includes('Ctrl-C stops it.');
    },
    { what: 'the ready block', timeoutMs: START_TIMEOUT_MS },
  );
  return launched;
}

async function interrupt({ pid, exited }: Launched): Promise<number> {
  const askedAt = performance.now();
  process.kill(pid, 'SIGINT');
  expect(await exited).toBe(0);
  return performance.now() - askedAt;
}

test('one command starts everything; a second start keeps the link and shows no key; kill -9 needs no cleaning', async () => {
  const first = await launch();
  const url = `http://127.0.0.1:${port}`;
  expect(first.fact('Console and API')).toBe(url);
  expect(first.fact('NATS')).toMatch(/^nats:\/\/127\.0\.0\.1:\d+/);
  expect(first.fact('Data')).toBe(dataDir);
  expect((await fetch(first.fact('OpenAPI') ?? '')).status).toBe(200);
  const apiKey = first.fact('API key') ?? '';
  const client = createClient({ url, apiKey });
  const sandbox = createSandboxClient(first.fact('Sandbox') ?? '');
  const { profile } = await linkProfile({ client, sandbox }, 'Kept');
  const friend = await sandbox.createPhone();
  expect(await interrupt(first)).toBeLessThan(STOP_LIMIT_MS);

  const second = await launch();
  expect(second.output()).not.toContain('API key');
  expect(second.output()).not.toContain(apiKey);
  await untilConnected(client, profile.id);
  process.kill(second.pid, 'SIGKILL');
  expect(await second.exited).toBeNull();

  const third = await launch();
  await untilConnected(client, profile.id);
  const message = await client.messages.send(profile.id, { type: 'TEXT', to: friend.phone, text: 'still here' });
  expect(await sandbox.waitForMessage(friend.phone, ({ id }) => id === message.waMessageId)).toMatchObject({
    copies: 1,
  });
  expect(await sandbox.unknown()).toEqual([]);
  expect(await interrupt(third)).toBeLessThan(STOP_LIMIT_MS);
}, 240_000);
