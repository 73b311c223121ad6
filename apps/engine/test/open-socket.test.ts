import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { DEFAULT_CONNECTION_CONFIG, DisconnectReason, initAuthCreds } from '@whiskeysockets/baileys';
import pino from 'pino';
import { expect, test } from 'vitest';
import { LibraryCaches } from '../src/engines/baileys/caches.js';
import { openSocket } from '../src/engines/baileys/open-socket.js';

const logger = pino({ level: 'silent' });

/** Takes connections and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `ws://127.0.0.1:${address.port}/ws/chat`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a server that takes the connection and never answers ends it as a timeout of the network', async () => {
  const server = await silentServer();
  const { makeSignalRepository } = DEFAULT_CONNECTION_CONFIG;
  const auth = { creds: initAuthCreds(), keys: { get: async () => ({}), set: async () => undefined } };
  try {
    const session = { auth, makeSignalRepository, ...new LibraryCaches().of('p') };
    const sock = openSocket({ webSocketUrl: server.url, openTimeoutMs: 200 }, session, logger);
    const closed = await new Promise((resolve) => {
      sock.ev.on('connection.update', ({ connection, lastDisconnect }) => {
        if (connection === 'close') resolve(lastDisconnect?.error);
      });
    });
    expect(closed).toMatchObject({ output: { statusCode: DisconnectReason.timedOut } });
  } finally {
    await server.stop();
  }
});
