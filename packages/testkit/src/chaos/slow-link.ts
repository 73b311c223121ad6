import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that holds back what clients say. */
export interface SlowLink {
  port: number;
  /** How long each piece of what a client says is held back; 0 passes it on at once. Order is kept. */
  delayMs: number;
  close(): Promise<void>;
}

/**
 * Stands in front of a server on loopback. A client that waits for the answer of each statement, as the services do with
 * PostgreSQL, takes this much longer for every statement.
 */
export async function startSlowLink(targetPort: number): Promise<SlowLink> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      // A broken connection shows as its end, which the other side is told.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    holdBack(client, upstream, () => link.delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  const link: SlowLink = {
    port: address.port,
    delayMs: 0,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return link;
}

/** Each piece, and the end, waits for those before it, also when the delay has shrunk meanwhile. */
function holdBack(from: Socket, to: Socket, delayMs: () => number): void {
  const held: (() => void)[] = [];
  let dueAtMs = 0;
  const hold = (pass: () => void) => {
    const now = performance.now();
    dueAtMs = Math.max(dueAtMs, now + delayMs());
    held.push(pass);
    // Timers that are due together may end in any order: whoever is due takes along those before it.
    const passOn = () => {
      for (const each of held.splice(0, held.indexOf(pass) + 1)) if (!to.destroyed) each();
    };
    if (dueAtMs > now) setTimeout(passOn, dueAtMs - now);
    else passOn();
  };
  from.on('data', (piece) => hold(() => to.write(piece)));
  from.on('end', () => hold(() => to.end()));
}
