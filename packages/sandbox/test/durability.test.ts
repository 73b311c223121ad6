import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, quietSignal, startSandbox, trustSandboxRoot } from '../src/index.js';
import { JournalStore } from '../src/store/journal-store.js';
import { RealClient } from './support/real-client.js';
import { eventually } from './support/world.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let dataDir = '';
const undo: (() => void | Promise<void>)[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  undo.push(quietSignal());
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  await rm(dataDir, { recursive: true, force: true });
});

interface Running {
  process: ChildProcess;
  webSocketUrl: string;
  controlUrl: string;
  rootPublicKey: string;
}

/** The sandbox as its own process; the line it prints when ready says where it is. */
async function launch(): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  undo.push(async () => {
    child.kill('SIGKILL');
    await ended(child);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, ...(JSON.parse(line) as Omit<Running, 'process'>) };
  }
  throw new Error('the sandbox ended before it was ready');
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

describe('a sandbox with a data directory', () => {
  it('keeps root, phones, links, sessions and what waits when it is stopped and started', async () => {
    const first = await startSandbox({ dataDir, preKeyCount: 100 });
    undo.push(trustSandboxRoot(first));
    const [owner, friend] = await first.core.createPhones([{}, { name: 'Friend', autoReply: 'silent' }]);
    if (!owner || !friend) throw new Error('no phones');
    const client = new RealClient(first.webSocketUrl).connect();
    undo.push(() => client.disconnect());
    await first.core.pairing.scan(owner.account, await client.qr());
    await client.untilOpen();
    await client.sendText(friend.account.jid('pn'), 'before');
    await eventually('arrival', () => friend.records.received.length === 1);
    await client.disconnect();
    await friend.sendText({ to: owner.account.phone, text: 'while away' });
    await first.stop();

    const second = await startSandbox({ dataDir, preKeyCount: 100 });
    undo.push(() => second.stop());
    expect(second.rootPublicKey).toEqual(first.rootPublicKey);
    const again = second.core.phone(friend.account.phone);
    expect(again.account.record).toMatchObject({ name: 'Friend', autoReply: 'silent', lid: friend.account.lid });
    expect(again.records.received).toMatchObject([{ text: 'before', copies: 1 }]);
    client.webSocketUrl = second.webSocketUrl;
    client.connect();
    await client.received('while away');
    expect(client.qrs).toHaveLength(1);
    await client.sendText(friend.account.jid('pn'), 'after');
    await eventually('arrival', () => again.records.received.length === 2);
    await again.sendText({ to: owner.account.phone, text: 'same session' });
    await client.received('same session');
  });

  it('loses nothing that it acknowledged when it is killed, and doubles nothing', async () => {
    let running = await launch();
    undo.push(trustSandboxRoot(running));
    let control = createSandboxClient(running.controlUrl);
    const [owner, friend] = [await control.createPhone(), await control.createPhone()];
    const client = new RealClient(running.webSocketUrl).connect();
    undo.push(() => client.disconnect());
    await control.scan(owner.phone, await client.qr());
    await client.untilOpen();
    const acked: string[] = [];
    const listen = () =>
      client.sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id: string } }) => acked.push(attrs.id));
    listen();
    const to = `${friend.phone}@s.whatsapp.net`;
    const sending = (async () => {
      for (let index = 0; index < 200; index += 1) await client.sendText(to, `burst ${index}`);
    })().catch(() => undefined);
    const accepted: string[] = [];
    const answering = (async () => {
      for (let index = 0; index < 400; index += 1) {
        accepted.push((await control.send(friend.phone, { to: owner.phone, text: `back ${index}` })).id);
      }
    })().catch(() => undefined);
    await eventually('some acks', () => acked.length > 20 && accepted.length > 20);
    running.process.kill('SIGKILL');
    await ended(running.process);
    await client.closeCode(2);
    await Promise.all([sending, answering]);

    running = await launch();
    control = createSandboxClient(running.controlUrl);
    client.webSocketUrl = running.webSocketUrl;
    client.connect();
    await client.untilOpen(2);
    listen();
    const last = await client.sendText(to, 'after the crash');
    await control.waitForMessage(friend.phone, ({ id }) => id === last);
    const { messages } = await control.messages(friend.phone);
    const received = new Map(messages.map((message) => [message.id, message]));
    expect(acked.filter((id) => !received.has(id))).toEqual([]);
    expect(messages.filter(({ copies }) => copies > 1)).toEqual([]);
    const { id: final } = await control.send(friend.phone, { to: owner.phone, text: 'the end' });
    await client.until('the last message', () => client.upsertsOf(final)[0]);
    const readable = new Set(client.upserts.flatMap(({ message }) => (message.message ? (message.key.id ?? []) : [])));
    expect(accepted.filter((id) => !readable.has(id))).toEqual([]);
    expect(await control.unknown()).toEqual([]);
    running.process.kill('SIGTERM');
    expect(await ended(running.process)).toBe(0);
  }, 30_000);
});

describe('the journal', () => {
  it('brings back the last value of every key, bytes included, and forgets what was removed', async () => {
    const store = await JournalStore.open(dataDir);
    store.put([['a', { bytes: Buffer.from([1, 2, 3]), list: [{ deep: Buffer.alloc(0) }] }]]);
    store.put([
      ['b', 1],
      ['c', 2],
    ]);
    store.put([
      ['b', undefined],
      ['c', 3],
    ]);
    await store.settled();
    const other = await JournalStore.open(dataDir);
    expect(new Map(other.load())).toEqual(
      new Map<string, unknown>([
        ['a', { bytes: Buffer.from([1, 2, 3]), list: [{ deep: Buffer.alloc(0) }] }],
        ['c', 3],
      ]),
    );
    await store.close();
    await other.close();
  });

  it('ignores a line that was cut while being written', async () => {
    const store = await JournalStore.open(dataDir);
    store.put([['kept', true]]);
    await store.close();
    await appendFile(join(dataDir, 'network.jsonl'), '[["torn",{"half":');
    const other = await JournalStore.open(dataDir);
    expect([...other.load()]).toEqual([['kept', true]]);
    other.put([['more', 1]]);
    await other.close();
    expect((await readFile(join(dataDir, 'network.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('is settled when what was put is in the file', async () => {
    const store = await JournalStore.open(dataDir);
    for (let round = 0; round < 50; round += 1) {
      store.put([[`key ${round}`, round]]);
      await store.settled();
      expect(await readFile(join(dataDir, 'network.jsonl'), 'utf8')).toContain(`"key ${round}"`);
    }
    await store.close();
  });
});
