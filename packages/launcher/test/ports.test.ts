import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freePort, rememberedPort, rememberPort, reservePort } from '../src/system/ports.js';
import { temporaryDir } from './support/temporary-dir.js';

test('a port is given once, although nobody listens on it', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(ports.length);
});

test('a reserved port is given to nobody, neither as a free one nor as the remembered one', async () => {
  const reserved = (await freePort()) + 1;
  reservePort(reserved);
  expect(await freePort()).not.toBe(reserved);
  const file = path.join(temporaryDir(), 'port');
  writeFileSync(file, String(reserved));
  expect(await rememberedPort(file)).not.toBe(reserved);
});

test('a port that was kept is the same at the next start', async () => {
  const file = path.join(temporaryDir(), 'port');
  const port = await freePort();
  rememberPort(file, port);
  expect(await rememberedPort(file)).toBe(port);
  expect(await rememberedPort(file)).toBe(port);
});
