import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkUrl, GuardedFetchError, type GuardedRequest, makeGuardedFetch, type Resolve } from '../src/index.js';

const hostileUrls = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://１２７.0.0.1/',
  'http://127。0。0。1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://10.1.2.3/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://100.64.0.1/',
  'http://192.0.0.8/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://198.51.100.7/',
  'http://203.0.113.7/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:10.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b:1::1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
  'http://[2001:db8::1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[100::1]/',
  'http://[4000::1]/',
  'http://user@example.com/',
  'http://user:secret@example.com/',
  'http://example.com@127.0.0.1/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://%31%32%37.0.0.1/',
  'http://①②⑦.0.0.1/',
  'http://127.0.0.1:8080/',
  'http://[::ffff:0:0]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]/',
  'http://[::1%25lo]/',
  'http://example.com:22/',
  'http://example.com:25/',
  'https://example.com:6379/',
  'http://example.com:6000/',
  'http://example.com:99999/',
  'http://%00/',
  'http:///',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://example.com/',
  'javascript:alert(1)',
  '//example.com/',
  'example.com',
  '',
];

const publicAnswer: Resolve = async () => [{ address: '93.184.216.34', family: 4 }];
const never: Resolve = () => new Promise(() => undefined);
const unasked: Resolve = () => {
  throw new Error('nothing was to be resolved');
};

function call(url: string, change: Partial<GuardedRequest> = {}, resolve?: Resolve) {
  const request = { url, method: 'GET', timeoutMs: 10_000, maxResponseBytes: 1_024, allowPrivate: true, ...change };
  return makeGuardedFetch(resolve)(request);
}

async function serve(listener: RequestListener): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer(listener).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

const code = (expected: string) => expect.objectContaining({ name: 'GuardedFetchError', code: expected });

test.each(hostileUrls)(
  '%s is refused when it is given and when it is called, before anything is connected',
  async (url) => {
    await expect(checkUrl(url, { allowPrivate: false, resolve: unasked })).rejects.toEqual(code('url_not_allowed'));
    await expect(call(url, { allowPrivate: false }, unasked)).rejects.toEqual(code('url_not_allowed'));
  },
);

test.each([
  ['10.0.0.1', 4],
  ['127.0.0.1', 4],
  ['::1', 6],
  ['::ffff:192.168.0.1', 6],
  ['fd00::1', 6],
] as const)('a name that resolves to %s, even beside a public address, is refused', async (address, family) => {
  const resolve: Resolve = async () => [...(await publicAnswer('')), { address, family }];
  await expect(checkUrl('http://name.test/', { allowPrivate: false, resolve })).rejects.toEqual(
    code('url_not_allowed'),
  );
  await expect(call('http://name.test/', { allowPrivate: false }, resolve)).rejects.toEqual(code('url_not_allowed'));
});

test('a name that answers public when checked and private when called is refused when called', async () => {
  const { port, connections } = await serve((_request, response) => response.end('inside'));
  const answers = ['93.184.216.34', '127.0.0.1'];
  const rebinding: Resolve = async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }];
  const url = `http://rebind.test:${port}/`;
  await checkUrl(url, { allowPrivate: false, resolve: rebinding });
  await expect(call(url, { allowPrivate: false }, rebinding)).rejects.toEqual(code('url_not_allowed'));
  expect(connections()).toBe(0);
});

test('a name is resolved once for a connection, and that answer is connected to', async () => {
  const { port } = await serve((request, response) => response.end(request.headers.host));
  const resolve = vi.fn<Resolve>(async () => [{ address: '127.0.0.1', family: 4 }]);
  const { body } = await call(`http://name.test:${port}/`, {}, resolve);
  expect(body.toString()).toBe(`name.test:${port}`);
  expect(resolve).toHaveBeenCalledTimes(1);
});

test('public addresses and names that cannot be resolved now pass the check', async () => {
  const unknown: Resolve = () => Promise.reject(new Error('ENOTFOUND'));
  for (const url of ['https://93.184.216.34/', 'http://[2606:4700:4700::1111]:8080/']) {
    await checkUrl(url, { allowPrivate: false, resolve: unasked });
  }
  await checkUrl('https://example.com/hook?x=1', { allowPrivate: false, resolve: publicAnswer });
  await checkUrl('https://later.test/', { allowPrivate: false, resolve: unknown });
  await checkUrl('http://127.0.0.1:9/', { allowPrivate: true, resolve: unasked });
});

test('method, headers and body arrive, and status, headers and body come back', async () => {
  const { port } = await serve((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(418, { 'x-answer': 'yes' });
      response.end(`${request.method} ${request.headers['x-given']} ${body}`);
    });
  });
  const answer = await call(`http://127.0.0.1:${port}/`, { method: 'PUT', headers: { 'x-given': 'a' }, body: 'hi' });
  expect(answer).toMatchObject({ status: 418, headers: { 'x-answer': 'yes' }, isTruncated: false });
  expect(answer.body.toString()).toBe('PUT a hi');
});

test('a redirection is refused and not followed', async () => {
  const inside = await serve((_request, response) => response.end('inside'));
  const { port } = await serve((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/` });
    response.end();
  });
  const refused = await call(`http://127.0.0.1:${port}/`).catch((error: unknown) => error);
  expect(refused).toEqual(code('redirect_refused'));
  expect(refused).toMatchObject({ status: 302 });
  expect(inside.connections()).toBe(0);
});

test('an endless answer is cut off', async () => {
  const { port } = await serve((_request, response) => {
    const more = (): void => {
      if (!response.destroyed && response.write(Buffer.alloc(65_536, 'x'))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  const { body, isTruncated } = await call(`http://127.0.0.1:${port}/`, { maxResponseBytes: 1_000 });
  expect(body.toString()).toBe('x'.repeat(1_000));
  expect(isTruncated).toBe(true);
});

test('a server that stalls before or within its answer, and a resolver that never answers, are a timeout', {
  timeout: 9_000,
}, async () => {
  const silent = await serve(() => undefined);
  const stalling = await serve((_request, response) => void response.writeHead(200).write('some'));
  const timeoutMs = 100;
  for (const { port } of [silent, stalling]) {
    await expect(call(`http://127.0.0.1:${port}/`, { timeoutMs })).rejects.toEqual(code('timeout'));
  }
  await expect(call('http://name.test/', { timeoutMs }, never)).rejects.toEqual(code('timeout'));
});

test('no listener, no name, and a connection that breaks within the answer are a failed connection', async () => {
  const breaking = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('some', () => request.socket.destroy());
  });
  const closed = createTcpServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const closedPort = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
  for (const port of [breaking.port, closedPort]) {
    await expect(call(`http://127.0.0.1:${port}/`)).rejects.toEqual(code('connect_failed'));
  }
  const unknown: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  await expect(call('http://name.test/', {}, unknown)).rejects.toEqual(code('connect_failed'));
  await expect(call('http://name.test/', {}, async () => [])).rejects.toEqual(code('connect_failed'));
});

test('a header that would smuggle another is refused', async () => {
  const refused = call('http://127.0.0.1:1/', { headers: { 'x-a': 'b\r\nx-c: d' } });
  await expect(refused).rejects.toEqual(code('request_invalid'));
  await expect(refused).rejects.toBeInstanceOf(GuardedFetchError);
});
