import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../packages/launcher/dist/index.js';

const BENCH_TIMEOUT_MS = 280_000;

/** Runs a benchmark at its smallest and gives back its last line. What it measured is not looked at: the machine is busy. */
async function bench(...args: string[]): Promise<unknown> {
  const { NODE_ENV: _test, VITEST: _vitest, ...env } = process.env;
  const entry = path.join(repositoryRoot, 'packages/testkit/dist/bench/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args], { env, timeout: BENCH_TIMEOUT_MS });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('the benchmark of sessions opens them all on both sides and ends with one JSON line', async () => {
  expect(await bench('sessions', '--profiles', '2', '--settle', '1')).toMatchObject({
    bench: 'sessions',
    profiles: 2,
    rssMb: expect.any(Number),
    bareRssMb: expect.any(Number),
    openMs: expect.any(Number),
  });
}, 300_000);

test('the benchmark of sending moves texts both ways on both sides and ends with one JSON line', async () => {
  expect(await bench('send', '--messages', '16', '--rounds', '1', '--profiles', '2')).toMatchObject({
    bench: 'send',
    ratioSent: expect.any(Number),
    ratioReceived: expect.any(Number),
    statementsPerSent: expect.any(Number),
    statementsPerReceived: expect.any(Number),
  });
}, 300_000);

test('the benchmark of events brings webhooks to three endpoints on both sides and ends with one JSON line', async () => {
  expect(await bench('events', '--messages', '16', '--rounds', '1', '--per-second', '20')).toMatchObject({
    bench: 'events',
    p50Ms: expect.any(Number),
    p99Ms: expect.any(Number),
    messagesPerSecond: expect.any(Number),
    ratio: expect.any(Number),
  });
}, 300_000);
