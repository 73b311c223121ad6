import { createLogger } from '@multiwa/runtime';
import { type Sandbox, startSandbox } from '@multiwa/sandbox';
import { createSandboxClient, type PhoneView, type SandboxClient } from '@multiwa/sandbox/client';
import { trustSandboxRoot } from '@multiwa/sandbox/trust';
import { waitFor } from '@multiwa/testkit';
import { proto } from '@whiskeysockets/baileys';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BareClient } from './support/bare-client.js';
import { chatWith } from './support/world.js';

// What the client library (7.0.0-rc14) does alone under the faults of defects.test.ts, wherever our measure there is not
// a line that can be taken out. When one of these fails after an update, that defect may be gone.

const { ERROR } = proto.WebMessageInfo.Status;

let sandbox: Sandbox;
let control: SandboxClient;
let distrust: () => void;
let clients: BareClient[];
let printed: unknown[][];

beforeAll(async () => {
  sandbox = await startSandbox({ preKeyCount: 100, strictRetry: true });
  control = createSandboxClient(sandbox.controlUrl);
  distrust = trustSandboxRoot(await control.network());
});
afterAll(async () => {
  distrust();
  await sandbox.stop();
});
beforeEach(async () => {
  clients = [];
  printed = [];
  await control.clearFaults();
  for (const method of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((...args) => {
      printed.push(args);
    });
});
afterEach(async () => {
  await Promise.all(clients.map(({ sock }) => sock.end(undefined)));
  vi.restoreAllMocks();
});

async function link(): Promise<{ client: BareClient; phone: PhoneView; friend: PhoneView }> {
  const phone = await control.createPhone({ name: 'Budi', autoReply: 'silent' });
  const friend = await control.createPhone({ name: 'Sari' });
  const { webSocketUrl } = await control.network();
  const client = new BareClient(webSocketUrl, createLogger('bare', 'silent'));
  clients.push(client);
  client.connect();
  await control.scan(phone.phone, await waitFor(() => client.qr, { what: 'a QR code' }));
  await waitFor(() => client.opened === 1, { what: 'an open connection' });
  return { client, phone, friend };
}

const untilTold = (client: BareClient, text: string) =>
  waitFor(() => client.texts().includes(text), { what: text, timeoutMs: 20_000 });

test('it loses for good what it had confirmed when the connection breaks amid the waiting messages', async () => {
  const { client, phone, friend } = await link();
  await client.sock.end(undefined);
  await waitFor(() => client.closed === 2, { what: 'the end' });
  const texts = Array.from({ length: 30 }, (_, index) => `menunggu ${index}`);
  for (const text of texts) await control.send(friend.phone, { to: phone.phone, text });
  await control.addFault({
    direction: 'out',
    match: { phone: phone.phone },
    action: { do: 'cut-offline-drain', afterReceipts: 20 },
    times: 1,
  });
  client.connect();
  await waitFor(() => client.closed === 3, { what: 'the cut' });
  client.connect();
  await waitFor(() => client.opened === 3, { what: 'the connection after it' });
  await control.send(friend.phone, { to: phone.phone, text: 'sesudah' });
  await untilTold(client, 'sesudah');
  const told = new Set(client.texts());
  expect(texts.filter((text) => !told.has(text)).length).toBeGreaterThan(0);
});

/** Sends a message that is refused while events are held back, and resolves with its id once the refusal is here. */
async function refusedMeanwhile({ sock }: BareClient, phone: PhoneView, friend: PhoneView) {
  await control.addFault({
    direction: 'in',
    match: { tag: 'message', phone: phone.phone },
    action: { do: 'error', code: 463 },
    times: 1,
  });
  // The library does so by itself around each event and while it catches up; here on purpose, so that it is likely.
  sock.ev.buffer();
  const refused = await sock.sendMessage(chatWith(friend), { text: 'ditolak' });
  const accepted = await sock.sendMessage(chatWith(friend), { text: 'diterima' });
  await control.waitForMessage(friend.phone, ({ id }) => id === accepted?.key.id);
  sock.ev.flush();
  return refused?.key.id;
}

test('it may tell an error ack in nothing but the upsert of the sent message', async () => {
  const { client, phone, friend } = await link();
  const folded = await waitFor(
    async () => {
      const id = await refusedMeanwhile(client, phone, friend);
      const isTold = client.updates.some(({ key }) => key.id === id);
      const upserts = client.upserts.filter(({ key, status }) => key.id === id && status === ERROR);
      return !isTold && upserts.length > 0 && upserts;
    },
    { what: 'an error that no update told' },
  );
  expect(folded.map(({ messageStubParameters }) => messageStubParameters?.[0])).toEqual(['463']);
});

test('it tells a message that its sender sends again as another one of the same id', async () => {
  const { client, phone, friend } = await link();
  const { id } = await control.send(friend.phone, { to: phone.phone, text: 'ganda' });
  await untilTold(client, 'ganda');
  await control.send(friend.phone, { to: phone.phone, text: 'ganda', id });
  await control.send(friend.phone, { to: phone.phone, text: 'sesudah' });
  await untilTold(client, 'sesudah');
  expect(client.upserts.filter(({ key }) => key.id === id)).toHaveLength(2);
});

test('it prints private keys of Signal sessions on the console', async () => {
  const { client, phone, friend } = await link();
  await control.send(friend.phone, { to: phone.phone, text: 'halo' });
  await untilTold(client, 'halo');
  await client.sock.sendMessage(chatWith(friend), { text: 'halo juga' });
  await control.waitForMessage(friend.phone, ({ text }) => text === 'halo juga');
  expect(printed).toContainEqual([
    'Closing session:',
    expect.objectContaining({
      currentRatchet: expect.objectContaining({
        ephemeralKeyPair: expect.objectContaining({ privKey: expect.any(Uint8Array) }),
      }),
    }),
  ]);
});
