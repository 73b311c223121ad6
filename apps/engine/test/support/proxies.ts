import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

/** A real proxy on loopback that counts what passes it. */
export interface TestProxy {
  url: string;
  /** With its user and password. */
  urlWithCredentials: string;
  /** Targets that were asked for, in order. */
  targets: string[];
  /** Bytes that passed it, both ways. */
  bytes(): number;
  /** From now on it lets nobody through; who is through is cut off. */
  refuse(): void;
  stop(): Promise<void>;
}

export const USER = 'sari';
export const PASSWORD = 'rahasia/kunci';

/** An HTTP proxy that knows CONNECT; with `locked` it wants credentials. */
export async function startConnectProxy({ locked = false } = {}): Promise<TestProxy> {
  const tunnels = new Tunnels();
  const wanted = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: net.Socket) => {
    const target = request.url ?? '';
    if (locked && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    if (tunnels.refusing) {
      client.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = target.split(':');
    tunnels.join(client, host, Number(port), () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return tunnels.proxyOf(server, 'http');
}

/** A SOCKS 5 proxy (RFC 1928) that knows CONNECT; with `locked` it wants credentials (RFC 1929). */
export async function startSocksProxy({ locked = false } = {}): Promise<TestProxy> {
  const tunnels = new Tunnels();
  const server = net.createServer((client) => {
    client.on('error', () => client.destroy());
    void greet(client, locked, tunnels).catch(() => client.destroy());
  });
  return tunnels.proxyOf(server, 'socks5');
}

async function greet(client: net.Socket, locked: boolean, tunnels: Tunnels): Promise<void> {
  const read = reader(client);
  const [, methods = 0] = await read(2);
  await read(methods);
  client.write(Buffer.from([5, locked ? 2 : 0]));
  if (locked) {
    const [, userLength = 0] = await read(2);
    const user = (await read(userLength)).toString();
    const [passwordLength = 0] = await read(1);
    const isRight = user === USER && (await read(passwordLength)).toString() === PASSWORD;
    client.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) {
      client.end();
      return;
    }
  }
  const [, , , type] = await read(4);
  const host = type === 1 ? [...(await read(4))].join('.') : (await read((await read(1))[0] ?? 0)).toString();
  const port = (await read(2)).readUInt16BE();
  const answer = (code: number) => client.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]));
  if (tunnels.refusing) {
    answer(2);
    client.end();
    return;
  }
  tunnels.join(client, host, port, () => answer(0));
}

function reader(client: net.Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes: Buffer | null = client.read(length);
      if (bytes) return bytes;
      await once(client, 'readable');
    }
  };
}

class Tunnels {
  refusing = false;
  readonly targets: string[] = [];
  readonly #sockets = new Set<net.Socket>();
  #bytes = 0;

  join(client: net.Socket, host: string, port: number, ready: () => void): void {
    this.targets.push(`${host}:${port}`);
    const target = net.connect({ host, port }, () => {
      ready();
      client.pipe(target);
      target.pipe(client);
    });
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('data', (data: Buffer) => {
        this.#bytes += data.length;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.pause();
  }

  async proxyOf(server: net.Server, protocol: string): Promise<TestProxy> {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const cut = () => {
      for (const socket of this.#sockets) socket.destroy();
    };
    return {
      url: `${protocol}://127.0.0.1:${port}`,
      urlWithCredentials: `${protocol}://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`,
      targets: this.targets,
      bytes: () => this.#bytes,
      refuse: () => {
        this.refusing = true;
        cut();
      },
      async stop() {
        cut();
        if (server.listening) await new Promise((resolve) => server.close(resolve));
      },
    };
  }
}
