import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startSlowLink } from '../src/chaos/slow-link.js';

async function echo(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('what is held back arrives whole and in order, also when the delay shrinks meanwhile', async () => {
  const link = await startSlowLink(await echo());
  onTestFinished(() => link.close());
  const socket = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const answer = text(socket);
  const write = (piece: string) => new Promise<void>((resolve) => socket.write(piece, () => resolve()));
  link.delayMs = 300;
  await write('first ');
  link.delayMs = 20;
  await write('second ');
  link.delayMs = 0;
  await write('third');
  socket.end();
  expect(await answer).toBe('first second third');
});

test('a connection that the server ends is ended for the client', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const link = await startSlowLink((server.address() as AddressInfo).port);
  onTestFinished(() => link.close());
  const socket = connect(link.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
