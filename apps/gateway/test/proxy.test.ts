import { subjects } from '@multiwa/contracts';
import { openProxyUrl } from '@multiwa/domain';
import { createCipher } from '@multiwa/runtime';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

const url = 'socks5://user:secret@1.1.1.1:1080';
const label = 'socks5://user:***@1.1.1.1:1080';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const row = (id: string) => gateway.database.prisma.profile.findUniqueOrThrow({ where: { id } });

test('a proxy is set, shown without its password, and removed; each change wakes the owner of the session', async () => {
  const id = await gateway.newProfile();
  const path = `/profiles/${id}/proxy`;
  const heard: string[] = [];
  const listener = gateway.bus.onNudge(subjects.nudge.profile(id), (subject) => heard.push(subject));
  expect(await gateway.call('GET', path)).toMatchObject({ status: 404, json: { code: 'proxy_not_set' } });
  const set = await gateway.call('PUT', path, { body: { url } });
  expect(set).toMatchObject({ status: 200, json: { url: label } });
  for (const read of [await gateway.call('GET', path), await gateway.call('GET', `/profiles/${id}`), set]) {
    expect(read.text).toContain(label);
    expect(read.text).not.toContain('secret');
  }
  await until(() => heard.length === 1);
  expect((await gateway.call('DELETE', path)).status).toBe(204);
  expect((await gateway.call('DELETE', path)).status).toBe(204);
  expect((await gateway.call('GET', path)).json.code).toBe('proxy_not_set');
  expect(await row(id)).toMatchObject({ proxyKeyId: null, proxyCiphertext: null, proxyLabel: null });
  await until(() => heard.length === 3);
  listener.stop();
});

test('what is stored is sealed: it holds no password, and opens for this profile alone', async () => {
  const [id, another] = [await gateway.newProfile(), await gateway.newProfile()];
  await gateway.call('PUT', `/profiles/${id}/proxy`, { body: { url } });
  const { proxyKeyId: keyId, proxyCiphertext: ciphertext } = await row(id);
  if (keyId === null || ciphertext === null) return expect.unreachable('nothing was stored');
  expect(Buffer.from(ciphertext).includes('secret')).toBe(false);
  const cipher = createCipher(Buffer.alloc(32, 7).toString('base64'));
  expect(openProxyUrl(cipher, id, { keyId, ciphertext })).toBe(url);
  expect(() => openProxyUrl(cipher, another, { keyId, ciphertext })).toThrow();
});

test.each([
  'http://127.0.0.1:3128',
  'socks5://10.0.0.1:1080',
  'socks5://2130706433:1080',
  'socks5h://[::1]:1080',
  'http://user:secret@169.254.169.254',
  'http://1.1.1.1:3128/path',
])('a proxy in the operator’s own network is refused, and nothing is stored: %s', async (inside) => {
  const id = await gateway.newProfile();
  const answer = await gateway.call('PUT', `/profiles/${id}/proxy`, { body: { url: inside } });
  expect(answer).toMatchObject({ status: 422, json: { code: 'url_not_allowed', errors: [{ pointer: '#/url' }] } });
  expect(answer.text).not.toContain('secret');
  expect((await row(id)).proxyLabel).toBeNull();
});

test.each(['ftp://1.1.1.1', 'not a url', ''])('%s is no proxy', async (wrong) => {
  const id = await gateway.newProfile();
  const answer = await gateway.call('PUT', `/profiles/${id}/proxy`, { body: { url: wrong } });
  expect(answer).toMatchObject({ status: 422, json: { code: 'validation_failed' } });
});

test('the operator may allow proxies in the own network', async () => {
  const lenient = await startTestGateway({ allowPrivateUrls: true });
  const id = await lenient.newProfile();
  const body = { url: 'http://127.0.0.1:3128' };
  expect((await lenient.call('PUT', `/profiles/${id}/proxy`, { body })).status).toBe(200);
  await lenient.stop();
});

test('a proxy is tested by a worker of the profile’s network: the stored one, or a given one that is not stored', async () => {
  const id = await gateway.newProfile();
  const tryOut = (body?: object) => gateway.call('POST', `/profiles/${id}/proxy/test`, { body });
  expect((await tryOut()).json.code).toBe('proxy_not_set');
  const asked: string[] = [];
  const answer = { ok: false, ms: 12, problem: 'The proxy refuses the password.' };
  const worker = gateway.bus.answerAsWorker('proxy-test', 'SANDBOX', async ({ proxyUrl }) => {
    asked.push(proxyUrl);
    return answer;
  });
  onTestFinished(() => worker.stop());
  await until(async () => (await tryOut({ url })).status === 200);
  expect(await tryOut({ url })).toMatchObject({ status: 200, json: answer });
  expect(await row(id)).toMatchObject({ proxyLabel: null });
  const stored = 'http://user:other@1.1.1.1:3128';
  await gateway.call('PUT', `/profiles/${id}/proxy`, { body: { url: stored } });
  expect(await tryOut()).toMatchObject({ status: 200, json: answer });
  expect([asked[0], asked.at(-1)]).toEqual([url, stored]);
  const before = asked.length;
  expect((await tryOut({ url: 'socks5://127.0.0.1:1080' })).json.code).toBe('url_not_allowed');
  expect(asked).toHaveLength(before);
});

test('without a worker of its network nothing is tested, and the answer says so at once', async () => {
  const body = { name: 'Live', network: 'LIVE' };
  const { json } = await gateway.call('POST', '/profiles', { body });
  const answer = await gateway.call('POST', `/profiles/${json.id}/proxy/test`, { body: { url } });
  expect(answer).toMatchObject({ status: 503, json: { code: 'service_unavailable' } });
});
