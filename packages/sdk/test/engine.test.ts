import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { serve } from './server.js';

async function recorded(answer: string) {
  const { url, seen } = await serve((_n, response) => response.end(answer));
  return { client: createClient({ url, apiKey: 'key' }), seen };
}

test('workers are listed, drained and taken back in', async () => {
  const { client, seen } = await recorded('{"items":[{"id":"w1"}]}');
  await expect(client.engine.workers()).resolves.toEqual([{ id: 'w1' }]);
  await client.engine.drain('w/1');
  await client.engine.undrain('w/1');
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /api/v1/engine/workers',
    'POST /api/v1/engine/workers/w%2F1/drain',
    'DELETE /api/v1/engine/workers/w%2F1/drain',
  ]);
});

test('a session is shown, and its proxy is set, read, tested and removed', async () => {
  const { client, seen } = await recorded('{}');
  const url = 'socks5://user:secret@proxy.example.com:1080';
  await client.profiles.session('p1');
  await client.profiles.setProxy('p1', url);
  await client.profiles.proxy('p1');
  await client.profiles.testProxy('p1');
  await client.profiles.testProxy('p1', url);
  await client.profiles.removeProxy('p1');
  expect(seen.map(({ method, path, body }) => [`${method} ${path}`, body])).toEqual([
    ['GET /api/v1/profiles/p1/session', ''],
    ['PUT /api/v1/profiles/p1/proxy', JSON.stringify({ url })],
    ['GET /api/v1/profiles/p1/proxy', ''],
    ['POST /api/v1/profiles/p1/proxy/test', '{}'],
    ['POST /api/v1/profiles/p1/proxy/test', JSON.stringify({ url })],
    ['DELETE /api/v1/profiles/p1/proxy', ''],
  ]);
});

test('a message is cancelled by a call that may be repeated', async () => {
  const { client, seen } = await recorded('{"id":"m1","status":"CANCELLED"}');
  await expect(client.messages.cancel('p1', 'm1')).resolves.toMatchObject({ status: 'CANCELLED' });
  expect(seen).toMatchObject([{ method: 'POST', path: '/api/v1/profiles/p1/messages/m1/cancel' }]);
});
