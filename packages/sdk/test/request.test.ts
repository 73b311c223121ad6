import { expect, test } from 'vitest';
import { createClient, MultiwaConnectionError, MultiwaError } from '../src/index.js';
import { problem, serve } from './server.js';

const body = { type: 'TEXT', to: '+6281234567890', text: 'once' } as const;

test('a send whose answer never came is repeated with the same Idempotency-Key and body', async () => {
  const { url, seen } = await serve((n, response) => {
    if (n === 0) response.destroy();
    else if (n === 1) problem(response, 503, 'service_unavailable');
    else if (n === 2) problem(response, 409, 'idempotency_in_progress');
    else response.writeHead(202).end('{"id":"m1"}');
  });
  const client = createClient({ url, apiKey: 'key' });
  await expect(client.messages.send('p1', body)).resolves.toEqual({ id: 'm1' });
  expect(seen).toHaveLength(4);
  expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(seen.map((one) => JSON.parse(one.body))).toEqual([body, body, body, body]);
  expect(seen[0]).toMatchObject({ path: '/api/v1/profiles/p1/messages', headers: { authorization: 'Bearer key' } });
});

test('two sends have two keys, and a key of the caller is used as it is', async () => {
  const { url, seen } = await serve((_n, response) => response.writeHead(202).end('{}'));
  const client = createClient({ url, apiKey: 'key' });
  await client.messages.send('p1', body);
  await client.messages.send('p1', body);
  await client.messages.send('p1', body, { idempotencyKey: 'mine' });
  const keys = seen.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('mine');
});

test('a refusal is not repeated: it carries the code of the gateway', async () => {
  const { url, seen } = await serve((_n, response) => problem(response, 422, 'recipient_invalid'));
  const error = await createClient({ url, apiKey: 'key' })
    .messages.send('p1', body)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MultiwaError);
  expect(error).toMatchObject({ code: 'recipient_invalid', status: 422 });
  expect(seen).toHaveLength(1);
});

test('a gateway that stays away ends in one error that says so', async () => {
  const { url, seen } = await serve((_n, response) => response.destroy());
  const client = createClient({ url, apiKey: 'key', retryForMs: 0 });
  await expect(client.profiles.get('p1')).rejects.toBeInstanceOf(MultiwaConnectionError);
  expect(seen).toHaveLength(1);
});

test('a CSV is uploaded as it is, as text/csv', async () => {
  const { url, seen } = await serve((_n, response) => response.end('{}'));
  const csv = 'to,name\n+6281234567890,Budi\n';
  await createClient({ url, apiKey: 'key' }).broadcasts.upload('b1', csv);
  expect(seen).toMatchObject([
    { method: 'PUT', path: '/api/v1/broadcasts/b1/recipients', headers: { 'content-type': 'text/csv' }, body: csv },
  ]);
});
