import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { subjects } from '@multiwa/contracts';
import { sealedPlaces } from '@multiwa/domain';
import { createCipher, createLogger } from '@multiwa/runtime';
import { waitFor } from '@multiwa/testkit';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeProxyRoute } from '../src/engines/proxy-route.js';
import { PASSWORD, startConnectProxy, startSocksProxy, type TestProxy } from './support/proxies.js';
import { chatWith, encryptionKey, startWorld, untilReceived, type World } from './support/world.js';

let world: World;
const log: string[] = [];

beforeAll(async () => {
  world = await startWorld();
  const logger = createLogger('engine', 'debug', { write: (line) => void log.push(line) });
  await world.startWorker({ allowPrivateUrls: true, logger });
});
afterEach(() => {
  const secrets = [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(PASSWORD).toString('base64')];
  expect(log.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
});
afterAll(() => world.stop());

const started = async (starting: Promise<TestProxy>): Promise<TestProxy> => {
  const proxy = await starting;
  onTestFinished(() => proxy.stop());
  return proxy;
};
const kinds = { http: startConnectProxy, socks5: startSocksProxy };
const sandboxHost = () => new URL(world.sandbox.webSocketUrl).host;

/** What the gateway does when a customer sets a proxy. */
async function setProxy(profileId: string, url: string | null): Promise<void> {
  const sealed = url === null ? null : createCipher(encryptionKey).seal(sealedPlaces.proxy(profileId), url);
  await world.database.prisma.profile.update({
    where: { id: profileId },
    data: {
      proxyKeyId: sealed?.keyId ?? null,
      proxyCiphertext: sealed ? new Uint8Array(sealed.ciphertext) : null,
      proxyLabel: url === null ? null : 'proxy',
    },
  });
  world.bus.nudge(subjects.nudge.profile(profileId));
}

async function linkThrough(url: string) {
  const phone = await world.control.createPhone({ name: 'Budi', autoReply: 'silent' });
  const profileId = await world.createProfile('DISCONNECTED');
  await setProxy(profileId, url);
  await world.want(profileId, 'CONNECTED');
  const qr = await waitFor(async () => (await world.status(profileId)).qr ?? undefined, { what: 'a QR code' });
  await world.control.scan(phone.phone, qr);
  await world.untilStatus(profileId, 'CONNECTED');
  return { profileId, phone };
}

test.each(['http', 'socks5'] as const)(
  'a session lives behind a locked %s proxy, and all its traffic passes there',
  async (kind) => {
    const proxy = await started(kinds[kind]({ locked: true }));
    const { profileId, phone } = await linkThrough(proxy.urlWithCredentials);
    const before = proxy.bytes();
    const friend = await world.control.createPhone({ name: 'Sari' });
    await world.accept(profileId, chatWith(friend), 'lewat belakang');
    await world.control.waitForMessage(friend.phone, ({ text }) => text === 'lewat belakang');
    await world.control.send(friend.phone, { to: phone.phone, text: 'sampai' });
    await untilReceived(world, profileId, 1);
    expect(proxy.bytes()).toBeGreaterThan(before + 500);
    expect(new Set(proxy.targets)).toEqual(new Set([sandboxHost()]));
    // Linking, and the restart after it: no connection went another way.
    expect(proxy.targets.length).toBe((await world.bus.ask('session', profileId, {})).reconnects + 1);
  },
);

test('a proxy that fails is a state with a reason, and a new one is taken at once', async () => {
  const first = await started(startConnectProxy());
  const { profileId, phone } = await linkThrough(first.url);
  first.refuse();
  await world.untilStatus(profileId, 'CONNECTING', 'proxy_unreachable');
  await first.stop();
  const second = await started(startSocksProxy());
  await setProxy(profileId, second.url.replace('socks5', 'socks5h'));
  await world.untilStatus(profileId, 'CONNECTED');
  expect(second.targets).toEqual([sandboxHost()]);
  expect((await world.control.companions(phone.phone)).length).toBe(1);
});

test('a proxy that is set, changed or taken away recycles an open connection', async () => {
  const { profileId, phone } = await world.link();
  const proxy = await started(startConnectProxy());
  const openings = async () =>
    (await world.control.socketEvents(phone.phone)).filter(({ kind }) => kind === 'open').length;
  const before = await openings();
  await setProxy(profileId, proxy.url);
  await waitFor(() => proxy.targets.length === 1, { what: 'the connection through the proxy' });
  await waitFor(async () => (await openings()) === before + 1, { what: 'the log-in' });
  await setProxy(profileId, null);
  await waitFor(async () => (await openings()) === before + 2, { what: 'the log-in without it' });
  expect(proxy.targets.length).toBe(1);
  expect((await world.control.sockets(phone.phone))[0]).toMatchObject({ doubled: 0 });
});

test('a worker tells whether WhatsApp can be reached through a proxy, and why not', async () => {
  const ask = (proxyUrl: string) => world.bus.askWorker('proxy-test', 'SANDBOX', { proxyUrl });
  for (const kind of ['http', 'socks5'] as const) {
    const proxy = await started(kinds[kind]({ locked: true }));
    expect(await ask(proxy.urlWithCredentials)).toMatchObject({ ok: true, problem: null });
    expect(proxy.targets).toEqual([sandboxHost()]);
    const locked = await ask(proxy.url);
    expect(locked).toMatchObject({ ok: false, problem: expect.stringMatching(/^The proxy /) });
    await proxy.stop();
    const gone = await ask(proxy.urlWithCredentials);
    expect(gone).toMatchObject({ ok: false, problem: expect.stringMatching(/^The proxy cannot be reached/) });
    expect(JSON.stringify([locked, gone])).not.toContain(encodeURIComponent(PASSWORD));
  }
});

test('a proxy at an address that is not public is called only where the operator allows it', async () => {
  for (const proxyUrl of ['http://127.0.0.1:3128', 'socks5://10.0.0.1', 'socks5://0x7f000001', 'http://[::1]:3128']) {
    expect(() => makeProxyRoute({ proxyUrl, allowPrivate: false })).toThrow('The address is not public.');
  }
  const proxy = await started(startConnectProxy());
  const named = proxy.url.replace('127.0.0.1', 'localhost');
  for (const [allowPrivate, isThrough] of [
    [false, false],
    [true, true],
  ] as const) {
    const { agent, close } = makeProxyRoute({ proxyUrl: named, allowPrivate });
    const asking = http.get(world.sandbox.controlUrl, { agent });
    const outcome = await Promise.race([
      once(asking, 'response').then(() => true),
      once(asking, 'error').then(() => false),
    ]).catch(() => false);
    asking.destroy();
    close();
    expect([allowPrivate, outcome]).toEqual([allowPrivate, isThrough]);
  }
  expect(proxy.targets.length).toBe(1);
});

test.each(['http', 'socks5'] as const)('what the library fetches passes the %s proxy too', async (kind) => {
  const server = http.createServer((_request, response) => response.end('isi media'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await started(kinds[kind]({ locked: true }));
  const route = makeProxyRoute({ proxyUrl: proxy.urlWithCredentials, allowPrivate: true });
  const answer = await fetch(`http://127.0.0.1:${port}/`, { dispatcher: route.dispatcher });
  expect(await answer.text()).toBe('isi media');
  expect(proxy.targets).toEqual([`127.0.0.1:${port}`]);
  await route.dispatcher.close();
  route.close();
});
