import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createClient, MultiwaError } from '../src/index.js';
import { problem, serve } from './server.js';

function write(response: ServerResponse, ...ids: number[]): void {
  for (const id of ids) response.write(`id: ${id}\nevent: e\ndata: {"id":"event-${id}"}\n\n`);
}

test('a broken stream is opened again behind the last event, and nothing is missed or told twice', async () => {
  const { url, seen } = await serve((n, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (n === 0) {
      write(response, 1, 2);
      // The start of a third one, cut off.
      response.write('id: 3\ndata: {"id":');
      setImmediate(() => response.destroy());
    } else {
      write(response, 3, 4);
    }
  });
  const stream = await createClient({ url, apiKey: 'key' }).events.open({ after: '0' });
  const read: string[] = [];
  for await (const { cursor, event } of stream) {
    read.push(`${cursor} ${event.id}`);
    if (cursor === '4') stream.close();
  }
  expect(read).toEqual(['1 event-1', '2 event-2', '3 event-3', '4 event-4']);
  expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual(['0', '2']);
});

test('a cursor that is too old ends the reading with its code instead of going on with a gap', async () => {
  const { url } = await serve((n, response) => {
    if (n > 0) return problem(response, 409, 'cursor_expired');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(response, 1);
    response.end();
  });
  const stream = await createClient({ url, apiKey: 'key' }).events.open();
  const reading = (async () => {
    for await (const { cursor } of stream) expect(cursor).toBe('1');
  })();
  await expect(reading).rejects.toMatchObject({ code: 'cursor_expired' });
  await expect(reading).rejects.toBeInstanceOf(MultiwaError);
});

test('only one profile is asked for when one is named', async () => {
  const { url, seen } = await serve((_n, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
  });
  const stream = await createClient({ url, apiKey: 'key' }).events.open({ profileId: 'p1' });
  stream.close();
  expect(seen[0]?.path).toBe('/api/v1/events?profileId=p1');
});
