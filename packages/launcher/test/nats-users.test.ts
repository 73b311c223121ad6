import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startNats } from '../src/index.js';
import { findNatsServer } from '../src/nats/find-server.js';
import { defaultCacheDir, repositoryRoot } from '../src/system/paths.js';
import { freePort } from '../src/system/ports.js';
import { temporaryDir } from './support/temporary-dir.js';
import { waitFor } from './support/wait-for.js';

/** What the server says to a login: PONG, or why not. */
function logIn(port: number, user: string, pass: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.once('error', ({ message }) => resolve(message));
    socket.once('close', () => resolve(said));
    socket.once('connect', () => socket.write(`CONNECT ${JSON.stringify({ verbose: false, user, pass })}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      said += chunk.toString('utf8');
      if (said.includes('PONG')) socket.destroy();
    });
  });
}

const users = (name: string) => `users = [
  { user: "services", password: $NATS_SERVICES_PASSWORD }
  { user: "${name}", password: "secret-of-${name}" }
]
`;

/** To the server's configuration this begins like a number. */
const likeANumber = '5v-ours';

test('the embedded server lets only known users in, and reads them again when their file changes', async () => {
  const dataDir = temporaryDir();
  writeFileSync(path.join(dataDir, 'services.password'), likeANumber);
  const server = await startNats({ dataDir, users: true });
  // At once: nothing may be missed between what the server has read and the first look for a change.
  writeFileSync(server.usersFile ?? '', users('early'));
  onTestFinished(() => server.stop());
  const { password } = new URL(server.url);
  expect(password).toBe(likeANumber);
  await waitFor('the new user', async () => (await logIn(server.port, 'early', 'secret-of-early')).includes('PONG'));
  expect(await logIn(server.port, 'services', password)).toContain('PONG');
  expect(await logIn(server.port, 'services', 'guessed')).toContain('Authorization Violation');
  for (const name of ['first', 'second']) {
    writeFileSync(server.usersFile ?? '', users(name));
    await waitFor('the new user', async () => (await logIn(server.port, name, `secret-of-${name}`)).includes('PONG'));
  }
  expect(await logIn(server.port, 'first', 'secret-of-first')).toContain('Authorization Violation');
  expect(await logIn(server.port, 'services', password)).toContain('PONG');
});

test('the script of the container does the same, and ends with its server', async () => {
  const dir = temporaryDir();
  const port = await freePort();
  const binary = await findNatsServer({ cacheDir: defaultCacheDir, configured: process.env.MULTIWA_NATS_SERVER });
  const config = path.join(dir, 'nats.conf');
  const file = path.join(dir, 'users.conf');
  writeFileSync(config, `listen: "127.0.0.1:${port}"\nauthorization { include "users.conf" }\n`);
  const script = spawn('/bin/sh', [path.join(repositoryRoot, 'docker/nats.sh')], {
    env: {
      PATH: `${path.dirname(path.resolve(binary))}:/usr/sbin:${process.env.PATH}`,
      CONFIG: config,
      USERS_FILE: file,
      USERS_OWNER: `${process.getuid?.()}:${process.getgid?.()}`,
      NATS_SERVICES_PASSWORD: likeANumber,
    },
    stdio: 'ignore',
  });
  const ended = once(script, 'exit');
  onTestFinished(() => void script.kill('SIGKILL'));
  await waitFor('the server', async () => (await logIn(port, 'services', likeANumber)).includes('PONG'));
  writeFileSync(file, users('other'));
  await waitFor('the new user', async () => (await logIn(port, 'other', 'secret-of-other')).includes('PONG'));
  script.kill('SIGTERM');
  await ended;
  expect(await logIn(port, 'services', likeANumber)).toContain('ECONNREFUSED');
});
