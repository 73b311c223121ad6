import { createServer } from 'node:net';
import { readTextFile, writeFileAtomically } from './files.js';

/** Below what systems give to outgoing connections (Linux from 32,768, others from 49,152), which may take any port there. */
const firstPort = 20_000;
const lastPort = 32_767;
const ports = lastPort - firstPort + 1;
/** Far enough apart that processes that look at the same time, started one after the other, do not meet. */
const portsOfAProcess = 97;
const given = new Set<number>();
const reserved = new Set<number>();
let next = firstPort + ((process.pid * portsOfAProcess) % ports);

/**
 * A TCP port that is free on the loopback interface now, and was not given to anybody by this process before: a port is
 * often taken long after it was looked for. Another process may still take it first.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < ports; tried += 1) {
    const port = next;
    next = port === lastPort ? firstPort : port + 1;
    if (given.has(port) || reserved.has(port)) continue;
    given.add(port);
    if ((await tryListen(port, '127.0.0.1')) !== undefined) return port;
  }
  throw new Error(`no port from ${firstPort} to ${lastPort} is free on 127.0.0.1`);
}

/** Keeps this process from giving a port to anybody else, although nobody listens on it yet. */
export function reservePort(port: number): void {
  reserved.add(port);
}

/** Whether this TCP port can be listened on. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryListen(port, host)) !== undefined;
}

/** The port that was written to `file` by an earlier start if it is still free, else any free one. */
export async function rememberedPort(file: string): Promise<number> {
  const remembered = Number(readTextFile(file));
  if (!Number.isInteger(remembered) || remembered <= 0 || reserved.has(remembered)) return freePort();
  given.add(remembered);
  return (await isPortFree(remembered)) ? remembered : freePort();
}

/** Keeps a port for the next `rememberedPort` on this file. */
export function rememberPort(file: string, port: number): void {
  writeFileAtomically(file, `${port}\n`, 0o600);
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(taken));
    });
  });
}
