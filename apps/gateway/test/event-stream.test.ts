import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventEnvelope } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
let port: number;
beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  port = (gateway.app.server.address() as AddressInfo).port;
});
const readers: IncomingMessage[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.destroy();
});
afterAll(() => gateway.stop());

interface Reader {
  response: IncomingMessage;
  /** Frames read so far, comments left out. */
  events: { id: string; event: string; data: EventEnvelope }[];
  comments: string[];
  text: string;
}

/** Connects and waits until nothing more can be missed. */
async function read(path = '/events', headers: Record<string, string> = {}): Promise<Reader> {
  const url = { host: '127.0.0.1', port, path: `/api/v1${path}`, agent: false as const };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ ...url, headers: { 'x-api-key': gateway.tenant.key, ...headers } }, resolve).on('error', reject);
  });
  readers.push(response);
  response.on('error', () => undefined);
  const reader: Reader = { response, events: [], comments: [], text: '' };
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    reader.text += chunk;
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame.startsWith(':')) reader.comments.push(frame.slice(2));
      else {
        const fields = Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        // A heartbeat that moves the cursor on.
        if (fields.data === undefined) continue;
        reader.events.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) });
      }
    }
  });
  if (response.statusCode === 200) await until(() => reader.comments.includes('live'));
  return reader;
}

function envelope(sequence: number, workspaceId = gateway.tenant.workspaceId, profileId = profile): EventEnvelope {
  return {
    id: newId(),
    type: 'message.sent',
    version: 1,
    timestamp: new Date().toISOString(),
    workspaceId,
    profileId,
    sequence,
    data: { n: sequence },
  };
}
let profile: string;
beforeAll(async () => {
  profile = await gateway.newProfile();
});

const announce = async (...envelopes: EventEnvelope[]) => {
  for (const result of await gateway.bus.publishEvents(envelopes)) expect(result.ok).toBe(true);
};

test('a reader gets each event of its workspace as it happens, with id, type and envelope, and none of another', async () => {
  const reader = await read();
  expect(reader.response.headers['content-type']).toContain('text/event-stream');
  expect(reader.response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  const [theirs, ours] = [envelope(1, newId(), newId()), envelope(1)];
  await announce(theirs, ours);
  await until(() => reader.events.length > 0);
  expect(reader.events).toMatchObject([{ event: 'message.sent', data: ours, id: expect.any(String) }]);
});

test('a reader who comes back with its last id gets exactly what it missed, in order', async () => {
  const first = await read();
  const all = Array.from({ length: 50 }, (_, n) => envelope(n + 10));
  await announce(...all.slice(0, 20));
  await until(() => first.events.length === 20);
  first.response.destroy();
  await announce(...all.slice(20, 40));
  const second = await read('/events', { 'last-event-id': first.events.at(-1)?.id ?? '' });
  await announce(...all.slice(40));
  await until(() => second.events.length === 30);
  expect([...first.events, ...second.events].map(({ data }) => data.id)).toEqual(all.map(({ id }) => id));
});

test('a reader of one profile gets that profile only', async () => {
  const other = await gateway.newProfile();
  const reader = await read(`/events?profileId=${profile}`);
  const mine = envelope(200);
  await announce(envelope(1, gateway.tenant.workspaceId, other), mine);
  await until(() => reader.events.length > 0);
  expect(reader.events.map(({ data }) => data.id)).toEqual([mine.id]);
});

test('the stream of a profile, a filter of types and a cursor in the query say the same as elsewhere', async () => {
  const qr = (sequence: number) => ({ ...envelope(sequence), type: 'profile.qr' as const });
  const first = await read(`/profiles/${profile}/events`);
  const all = [envelope(301), qr(302), envelope(303)];
  await announce(...all);
  await until(() => first.events.length === 3);
  const filtered = await read(`/profiles/${profile}/events?types=profile.*&after=${first.events[0]?.id}`);
  await until(() => filtered.events.length === 1);
  expect(filtered.events.map(({ data }) => data.id)).toEqual([all[1]?.id]);
  const both = await read(`/events?types=profile.qr,message.*`, { 'last-event-id': first.events[1]?.id ?? '' });
  await until(() => both.events.length === 1);
  expect(both.events.map(({ data }) => data.id)).toEqual([all[2]?.id]);
});

test('whoever polls gets the same log page by page, and a cursor that moves on also when nothing fits', async () => {
  const reader = await read();
  const all = Array.from({ length: 5 }, (_, n) => envelope(n + 400));
  await announce(envelope(399), ...all, envelope(1, newId(), newId()));
  await until(() => reader.events.length === 6);
  const page = async (query: string) =>
    (await gateway.call('GET', `/events/log?${query}`)).json as unknown as {
      items: { cursor: string; event: EventEnvelope }[];
      nextCursor: string;
    };
  const first = await page(`after=${reader.events[0]?.id}&limit=3`);
  const second = await page(`after=${first.nextCursor}&limit=3`);
  expect([...first.items, ...second.items].map(({ event }) => event.id)).toEqual(all.map(({ id }) => id));
  expect(first.items.map(({ cursor }) => cursor)).toEqual(reader.events.slice(1, 4).map(({ id }) => id));
  const none = await page(`after=${reader.events[0]?.id}&types=profile.*`);
  expect(none.items).toEqual([]);
  expect(await page(`after=${none.nextCursor}`)).toMatchObject({ items: [] });
  const refused = await gateway.call('GET', `/events/log?after=${cursor(9_999_999)}`);
  expect(refused).toMatchObject({
    status: 409,
    json: { code: 'cursor_expired', detail: expect.stringMatching(/sequence \d+.*cursor \S+ reads/) },
  });
  expect((await gateway.call('GET', '/events/log?types=teleport.*')).json).toMatchObject({ code: 'validation_failed' });
  const { key } = await gateway.newTenant();
  expect((await gateway.call('GET', '/events/log', { key })).json).toMatchObject({ items: [] });
});

test.each<[what: string, path: string, headers: Record<string, string>, status: number, code: string]>([
  ['a cursor that is none', '/events', { 'last-event-id': 'xyz' }, 400, 'cursor_invalid'],
  ['a cursor of a stream that is gone', '/events', { 'last-event-id': cursor(9_999_999) }, 409, 'cursor_expired'],
  ['a profile that does not exist', `/events?profileId=${newId()}`, {}, 404, 'profile_not_found'],
])('%s is refused as a problem, before any stream', async (_, path, headers, status, code) => {
  const { response } = await read(path, headers);
  expect(response.statusCode).toBe(status);
  const body = await new Promise<string>((resolve) => {
    let text = '';
    response.on('data', (chunk) => {
      text += chunk;
    });
    response.on('end', () => resolve(text));
  });
  expect(JSON.parse(body)).toMatchObject({ code });
});

test('a reader that does not read is disconnected instead of being kept in memory', async () => {
  const reader = await read();
  reader.response.pause();
  const closed = new Promise((resolve) => reader.response.socket.once('close', resolve));
  const big = 'x'.repeat(500_000);
  let done = false;
  void closed.then(() => {
    done = true;
  });
  for (let n = 0; n < 60 && !done; n += 1) {
    await announce({ ...envelope(1_000 + n), data: { big } });
  }
  reader.response.socket.resume();
  await until(async () => (await metric('multiwa_sse_readers')) === 0);
}, 60_000);

test('stopping the gateway ends the streams, so that readers go elsewhere', async () => {
  const own = await startTestGateway();
  await own.app.listen({ host: '127.0.0.1', port: 0 });
  const { port: ownPort } = own.app.server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: ownPort, path: '/api/v1/events', agent: false as const };
    get({ ...options, headers: { 'x-api-key': own.tenant.key } }, resolve).on('error', reject);
  });
  const ended = new Promise((resolve) => response.on('end', resolve));
  response.resume();
  await own.stop();
  await ended;
});

async function metric(name: string): Promise<number> {
  const text: Answer['text'] = (await gateway.app.inject({ url: '/metrics' })).body;
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

function cursor(sequence: number): string {
  return Buffer.from(JSON.stringify(['event', sequence])).toString('base64url');
}
