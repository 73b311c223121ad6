import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isPortFree } from '../src/index.js';
import { isAlive, waitForExit } from '../src/system/processes.js';
import type { Child } from './support/child.js';
import { makeProduct, type Product, untilReady } from './support/product.js';
import { waitFor } from './support/wait-for.js';

const STOP_LIMIT_MS = 10_000;

interface Recorded {
  name: string;
  pid: number;
}

function services({ dataDir }: Product): Recorded[] {
  return JSON.parse(readFileSync(path.join(dataDir, 'services.json'), 'utf8')) as Recorded[];
}

function serverPids({ dataDir }: Product): { postgres: number; nats: number } {
  const nats = JSON.parse(readFileSync(path.join(dataDir, 'nats', 'server.json'), 'utf8')) as { pid: number };
  const postmaster = readFileSync(path.join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8');
  return { postgres: Number(postmaster.split('\n')[0]), nats: nats.pid };
}

async function start(product: Product, args?: readonly string[]): Promise<{ launcher: Child; block: string }> {
  const launcher = product.launch(args);
  onTestFinished(async () => {
    launcher.process.kill('SIGTERM');
    await launcher.ended();
  });
  return { launcher, block: await untilReady(launcher) };
}

async function stop(launcher: Child): Promise<number | null> {
  launcher.process.kill('SIGINT');
  return launcher.ended();
}

test('the first start says where everything is and shows the key; the second keeps the data and hides the key', async () => {
  const product = await makeProduct();
  const first = await start(product);
  expect(first.block).toContain(`http://127.0.0.1:${product.port}`);
  expect(first.block).toContain(`http://127.0.0.1:${product.port}/docs`);
  expect(first.block).toMatch(/NATS +nats:\/\/127\.0\.0\.1:\d+\n/);
  expect(first.block).toMatch(/API key +key-one/);
  expect(first.block).toMatch(/Sandbox +http:\/\/127\.0\.0\.1:\d+\n/);
  expect(first.block).toContain(product.dataDir);
  expect(statSync(path.join(product.dataDir, 'encryption.key')).mode & 0o777).toBe(0o600);
  const key = readFileSync(path.join(product.dataDir, 'encryption.key'), 'utf8');
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expect(await stop(first.launcher)).toBe(0);

  const second = await start(product);
  expect(second.block).not.toContain('key-one');
  expect(readFileSync(path.join(product.dataDir, 'encryption.key'), 'utf8')).toBe(key);
  const ports = (block: string) => block.match(/(?:NATS|Sandbox) .*:\d+/g);
  expect(ports(second.block)).toEqual(ports(first.block));
});

test('Ctrl-C stops everything in the reverse order within ten seconds', async () => {
  const product = await makeProduct();
  const { launcher } = await start(product);
  const running = [...services(product).map(({ pid }) => pid), ...Object.values(serverPids(product))];
  const askedAt = performance.now();
  expect(await stop(launcher)).toBe(0);
  expect(performance.now() - askedAt).toBeLessThan(STOP_LIMIT_MS);
  expect(running.filter(isAlive)).toEqual([]);
  const stops = product.events().filter((event) => event.startsWith('stop'));
  expect(stops[0]).toBe('stop gateway');
  expect(stops.at(-1)).toBe('stop sandbox');
  expect(stops).toHaveLength(7);
});

test('without the sandbox neither it nor its engine is started', async () => {
  const product = await makeProduct();
  const { block } = await start(product, ['--no-sandbox']);
  expect(block).not.toContain('Sandbox');
  expect(
    services(product)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['automation', 'engine-live', 'events', 'gateway', 'scheduler']);
});

test('after kill -9 of the launcher its services end by themselves and a new start recovers', async () => {
  const product = await makeProduct();
  const first = await start(product);
  const orphans = services(product).map(({ pid }) => pid);
  const servers = serverPids(product);
  // Killed between showing the key and forgetting it, it would show it again.
  const isKeyForgotten = () => !existsSync(path.join(product.dataDir, 'first-api-key'));
  await waitFor('the key to be forgotten once it is shown', isKeyForgotten);
  first.launcher.process.kill('SIGKILL');
  for (const pid of orphans) expect(await waitForExit(pid, STOP_LIMIT_MS)).toBe(true);
  const second = await start(product);
  expect(serverPids(product)).toEqual(servers);
  expect(second.block).not.toContain('key-one');
  expect(await stop(second.launcher)).toBe(0);
  expect(Object.values(servers).filter(isAlive)).toEqual([]);
});

test('a service frozen while its launcher was killed is ended by the next start', async () => {
  const product = await makeProduct();
  const first = await start(product);
  const frozen = services(product).find(({ name }) => name === 'gateway')?.pid ?? 0;
  process.kill(frozen, 'SIGSTOP');
  first.launcher.process.kill('SIGKILL');
  await first.launcher.ended();
  await start(product);
  expect(isAlive(frozen)).toBe(false);
});

test('a killed PostgreSQL and a killed NATS are started again on their ports, and that is said', async () => {
  const product = await makeProduct();
  const { launcher } = await start(product);
  const before = serverPids(product);
  process.kill(before.postgres, 'SIGKILL');
  process.kill(before.nats, 'SIGKILL');
  for (const name of ['PostgreSQL', 'NATS']) {
    const said = await waitFor(`${name} being back`, () =>
      new RegExp(`${name} is back on port (\\d+)`).exec(launcher.output()),
    );
    expect(launcher.output()).toContain(`${name} ended unexpectedly; starting it again on port ${said[1]}.`);
  }
  const after = serverPids(product);
  expect([after.postgres, after.nats].every(isAlive)).toBe(true);
});

test('a second Ctrl-C ends everything at once', async () => {
  const product = await makeProduct();
  const launcher = product.launch([], { FIXTURE_STUBBORN: '1' });
  await untilReady(launcher);
  const running = [...services(product).map(({ pid }) => pid), ...Object.values(serverPids(product))];
  launcher.process.kill('SIGINT');
  await waitFor('the second Ctrl-C to count', () => {
    launcher.process.kill('SIGINT');
    return launcher.process.exitCode !== null;
  });
  expect(await launcher.ended()).toBe(1);
  for (const pid of running) expect(await waitForExit(pid, STOP_LIMIT_MS)).toBe(true);
  expect(await isPortFree(product.port)).toBe(true);
});
