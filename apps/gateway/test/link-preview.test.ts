import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.js';

let gateway: TestGateway;
let profileId: string;
const address = { to: '+6281234567890' };

beforeAll(async () => {
  gateway = await startTestGateway({ allowPrivateUrls: true });
  profileId = await gateway.newProfile();
});
afterAll(() => gateway.stop());

const post = (body: object) => gateway.call('POST', `/profiles/${profileId}/messages`, { body });
const stored = async (id: unknown) =>
  (await gateway.database.prisma.message.findUniqueOrThrow({ where: { id: String(id) } })).content;

type Serve = (request: IncomingMessage, response: ServerResponse) => void;
const servers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of servers.splice(0)) await stop();
});

async function website(serve: Serve): Promise<string> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  servers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const html = (response: ServerResponse, body: string) =>
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);

test('a card is made of what the linked page says of itself, once for many messages', async () => {
  let asked = 0;
  const url = await website((request, response) => {
    if (request.url === '/a.jpg') return response.writeHead(200, { 'content-type': 'image/jpeg' }).end('picture');
    asked += 1;
    const meta = '<meta property="og:title" content="Our &amp; shop"><meta property="og:image" content="/a.jpg">';
    return html(response, `<head><title>no</title>${meta}<meta name="description" content=" Open \n daily "></head>`);
  });
  const body = { ...address, type: 'TEXT', text: `See ${url}/shop.`, linkPreview: 'auto' };
  for (const _ of [1, 2]) {
    expect(await stored((await post(body)).json.id)).toMatchObject({
      linkPreview: {
        url: `${url}/shop`,
        title: 'Our & shop',
        description: 'Open daily',
        thumbnail: Buffer.from('picture').toString('base64'),
      },
    });
  }
  expect(asked).toBe(1);
});

test.each<[what: string, serve: Serve | null]>([
  ['stalls', () => undefined],
  ['is gone', (_request, response) => response.writeHead(404).end()],
  ['leads elsewhere', (_request, response) => response.writeHead(302, { location: '/x' }).end()],
  ['is no page', (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x')],
  ['has no title', (_request, response) => void html(response, '<head></head>')],
  ['does not answer', null],
])('a page that %s costs a text its card and nothing else', async (_what, serve) => {
  const url = serve ? await website(serve) : 'http://127.0.0.1:1';
  const { status, json } = await post({ ...address, type: 'TEXT', text: `See ${url}`, linkPreview: 'auto' });
  expect([status, json.content]).toEqual([202, { type: 'TEXT', text: `See ${url}` }]);
});
