import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { eventEnvelopeSchema } from '../../packages/contracts/dist/index.js';
import { repositoryRoot } from '../../packages/launcher/dist/index.js';
import { showLogsOnFailure, useProduct } from './support/use-product.js';

const SNIPPETS_TIMEOUT_MS = 90_000;
const product = useProduct({ durable: false, env: { MULTIWA_ALLOW_PRIVATE_URLS: 'true' } });

test('what the README tells to type works as it stands: a message, a webhook, a broadcast, an automation', async () => {
  showLogsOnFailure(product());
  const readme = readFileSync(path.join(repositoryRoot, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```bash\n([^`]+)```/g)].map(([, block]) => block ?? '');
  const { url, apiKey, sandboxUrl, sandbox, client } = product();
  const receiver = createServer((_request, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
  onTestFinished(() => void receiver.close());
  await once(receiver, 'listening');
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const values = { URL: url, KEY: apiKey, SANDBOX: sandboxUrl, HOOK: hook };
  const isPlaceholder = (line: string) => /^(URL|HOOK)=/.test(line);
  const lines = blocks.join('\n').split('\n');
  const placeholders = lines.filter(isPlaceholder).join('\n');
  expect(Object.keys(values).filter((name) => !placeholders.includes(`${name}=`))).toEqual([]);
  const commands = lines.filter((line) => !isPlaceholder(line)).join('\n');
  await promisify(execFile)('bash', ['-c', `set -eu -o pipefail\n${commands}`], {
    env: { PATH: process.env.PATH, ...values },
    timeout: SNIPPETS_TIMEOUT_MS,
  });
  const { messages } = await sandbox.messages('6281234567890');
  expect(messages.map(({ text, from, copies }) => [text, from.phone, copies])).toEqual(
    ['Your order has been paid.', 'Hello Budi, we are open on Sunday.', 'Tea or coffee?', 'One tea, coming.'].map(
      (text) => [text, '6281200001111', 1],
    ),
  );
  const [profile] = (await client.profiles.list()).items;
  const contacts = (await client.contacts.list(profile?.id ?? '')).items;
  expect(contacts.find(({ phone }) => phone === '6281234567890')?.tags).toEqual(['has-ordered']);
}, 120_000);

test('what events.md tells to type works as it stands, and its envelope is one', async () => {
  showLogsOnFailure(product());
  const page = readFileSync(path.join(repositoryRoot, 'docs/events.md'), 'utf8');
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^\`]+)\`\`\``, 'g'))].map(([, block]) => block ?? '');
  for (const envelope of blocks('json')) eventEnvelopeSchema.parse(JSON.parse(envelope));
  const { url, apiKey, client } = product();
  const CURSOR = (await client.events.page({ limit: 1 })).nextCursor;
  const commands = blocks('sh').join('\n');
  // A stream has no end of its own: it is left after a while, and has answered then.
  const shell = `curl() {
    case " $* " in
      *" -N "*) command curl --fail-with-body --max-time 2 "$@" || [ $? -eq 28 ];;
      *) command curl --fail-with-body "$@";;
    esac
  }`;
  const { stdout } = await promisify(execFile)('bash', ['-c', `set -eu -o pipefail\n${shell}\n${commands}`], {
    env: { PATH: process.env.PATH, URL: url, KEY: apiKey, CURSOR },
    timeout: SNIPPETS_TIMEOUT_MS,
  });
  for (const said of ['nextCursor', 'inboxPrefix']) expect(stdout).toContain(said);
}, 120_000);
