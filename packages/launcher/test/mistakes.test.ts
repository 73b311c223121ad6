import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { makeProduct, type Product, untilReady } from './support/product.js';
import { temporaryDir } from './support/temporary-dir.js';

/** Servers of the test run instead of embedded ones: mistakes are found without starting any. */
function existingServers(): NodeJS.ProcessEnv {
  return { DATABASE_URL: inject('postgresUrl'), NATS_URL: inject('natsUrl') };
}

/** Starts, expects the start to fail, and returns what it said: exactly one line. */
async function sentence(product: Product, args: readonly string[] = [], env = existingServers()): Promise<string> {
  const launcher = product.launch(args, env);
  expect(await launcher.ended()).toBe(1);
  expect(launcher.complaints().trim().split('\n')).toHaveLength(1);
  return launcher.complaints().trim();
}

test('a taken port', async () => {
  const product = await makeProduct();
  const other = createServer().listen(product.port, '127.0.0.1');
  onTestFinished(() => void other.close());
  expect(await sentence(product)).toBe(
    `Port ${product.port} is taken or not allowed: free it, or choose another with --port.`,
  );
});

test('a data directory that cannot be written', async () => {
  const product = await makeProduct();
  const file = path.join(product.root, 'a-file');
  writeFileSync(file, '');
  expect(await sentence(product, ['--data-dir', path.join(file, 'data')])).toBe(
    `The data directory ${file}/data cannot be written (ENOTDIR): fix its permissions or choose another with --data-dir.`,
  );
});

test('a second launcher on the same data directory', async () => {
  const product = await makeProduct();
  const first = product.launch([], existingServers());
  await untilReady(first);
  expect(await sentence(product)).toBe(
    `Another MultiWA (pid ${first.pid}) is running on ${product.dataDir}: stop it, or choose another --data-dir and --port.`,
  );
  first.process.kill('SIGTERM');
  expect(await first.ended()).toBe(0);
});

test('a database of a newer release: the sentence of the migration', async () => {
  const said = 'The database was migrated by a newer release: start that release.';
  const product = await makeProduct(`console.error(${JSON.stringify(said)});\nprocess.exit(1);\n`);
  expect(await sentence(product)).toBe(said);
});

test('a nats-server that cannot be had', async () => {
  const product = await makeProduct();
  const env = { DATABASE_URL: inject('postgresUrl'), MULTIWA_NATS_SERVER: '/nowhere/nats-server' };
  expect(await sentence(product, [], env)).toMatch(
    /^No nats-server 2\.9\.10 or newer .*\/nowhere\/nats-server is not there.*: install it .*, or set MULTIWA_NATS_SERVER .*, or set NATS_URL /,
  );
});

test('a service that does not start', async () => {
  const product = await makeProduct();
  writeFileSync(path.join(product.root, 'apps/gateway/dist/main.js'), 'process.exit(7);\n');
  expect(await sentence(product)).toBe(
    `The service gateway ended again and again while starting: see ${product.dataDir}/logs/gateway.log.`,
  );
  const second = await makeProduct();
  writeFileSync(path.join(second.root, 'apps/gateway/dist/bootstrap.js'), 'process.exit(7);\n');
  expect(await sentence(second)).toBe('Preparing the first workspace failed with exit code 7.');
});

test.each([
  [['--colour'], /^Unknown option '--colour': see npm start -- --help\.$/],
  [['extra'], /^Unexpected argument 'extra'.*: see npm start -- --help\.$/],
  [['--port', '70000'], /^--port 70000 is not a port: use a number from 1 to 65535\.$/],
  [['--port', 'abc'], /^--port abc is not a port: /],
])('options %j', async (args, expected) => {
  expect(await sentence(await makeProduct(), args)).toMatch(expected);
});

test.each([
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['NATS_URL', 'localhost'],
])('a %s of the wrong kind', async (name, value) => {
  const said = await sentence(await makeProduct(), [], { ...existingServers(), [name]: value });
  expect(said).toBe(`${name} is not a URL of the right kind: unset it or correct it.`);
});

test('an encryption key of the wrong length', async () => {
  const env = { ...existingServers(), MULTIWA_ENCRYPTION_KEY: 'c2hvcnQ=' };
  expect(await sentence(await makeProduct(), [], env)).toMatch(/^MULTIWA_ENCRYPTION_KEY must hold 32 bytes in base64/);
});

test('a Node.js that is too old', async () => {
  const { nodeTooOld } = await import('../../../scripts/bootstrap.mjs');
  expect(nodeTooOld('20.19.0')).toBeUndefined();
  expect(nodeTooOld('22.0.0')).toBeUndefined();
  expect(nodeTooOld('20.18.9')).toMatch(/^MultiWA needs Node\.js 20\.19 or newer and this is 20\.18\.9: install/);
  expect(nodeTooOld('18.20.0')).toBeDefined();
});

test('--help explains every option and starts nothing', async () => {
  const launcher = (await makeProduct()).launch(['--help'], { HOME: temporaryDir() });
  expect(await launcher.ended()).toBe(0);
  for (const option of ['--port', '--data-dir', '--no-sandbox', 'DATABASE_URL', 'NATS_URL']) {
    expect(launcher.output()).toContain(option);
  }
});
