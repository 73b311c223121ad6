import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createSandboxClient } from '../src/client.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

function block(language: string, index = 0): string {
  const found = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^\`]+)\`\`\``, 'g'))][index]?.[1];
  if (found === undefined) throw new Error(`the README has no such block of ${language}`);
  return found.trim();
}

/** Starts a program of Node's; it is gone when the test is over. */
function run(args: string[], cwd: string) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  /** The next line. Rejects when the program ends without it. */
  const nextLine = () =>
    Promise.race([
      once(lines, 'line').then(([line]) => String(line)),
      ended.then(([code]) => {
        throw new Error(`the program ended with ${code}: ${said.join('')}`);
      }),
    ]);
  return { nextLine };
}

test('what the README tells to type works as it stands: a network is started, and the bare library is linked on it', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-sandbox-readme-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [program, entry = '', ...args] = block('sh').split(' ');
  expect(program).toBe('node');
  // On a port that is free here.
  const server = run([path.join(root, entry), ...args.map((arg) => (arg === '7788' ? '0' : arg))], dir);
  const ready = JSON.parse(await server.nextLine()) as Record<string, unknown>;
  expect(Object.keys(ready)).toEqual(expect.arrayContaining(Object.keys(JSON.parse(block('json')))));

  const controlUrl = String(ready.controlUrl);
  const snippet = block('ts').replace('http://127.0.0.1:7788', controlUrl);
  const before = `import { initAuthCreds } from '@whiskeysockets/baileys';
    const auth = { creds: initAuthCreds(), keys: { get: async () => ({}), set: async () => undefined } };`;
  const after = `sock.ev.on('connection.update', ({ isNewLogin }) => isNewLogin && console.log('linked', phone.phone));`;
  const client = run(['--input-type=module', '-e', [before, snippet, after].join('\n')], root);
  // Beside what the library logs.
  let words: string[];
  do words = (await client.nextLine()).split(' ');
  while (words[0] !== 'linked');
  const phone = String(words[1]);
  const control = createSandboxClient(controlUrl);
  // The client says so before its answer has reached the network.
  await expect.poll(() => control.companions(phone), { timeout: 20_000 }).toHaveLength(1);

  const fault = JSON.parse(block('json', 1).replace('62812…', phone));
  expect(await control.addFault(fault)).toMatchObject(fault);
});
