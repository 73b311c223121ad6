import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../packages/launcher/dist/index.js';

const DEMO_TIMEOUT_MS = 110_000;

test('the demo sees every step of a conversation, a broadcast, an automation and webhooks, and says so', async () => {
  const { NODE_ENV: _test, VITEST: _vitest, ...env } = process.env;
  const entry = path.join(repositoryRoot, 'packages/testkit/dist/demo/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [entry], { env, timeout: DEMO_TIMEOUT_MS });
  expect(stdout).toContain('Every step was seen through the API, the event stream, the phones and the receiver.');
  expect(stdout).toMatch(/│ Broadcast +│ 20 of 20 phones got their own text, once/);
  expect(stdout).toMatch(/│ Automation +│ 2 guests asked, tagged likes-tea and likes-coffee/);
  expect(stdout).toMatch(/│ Webhooks +│ \d+ events delivered, every signature verified/);
  expect(stdout).not.toContain('✗');
}, 120_000);
