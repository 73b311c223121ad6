import { createServer } from 'node:net';
import { readTextFile, writeFileAtomically } from './files.js';

/** A TCP port that is free on the loopback interface now. Another process may still take it first. */
export async function freePort(): Promise<number> {
  const port = await tryListen(0, '127.0.0.1');
  if (port === undefined) throw new Error('the system has no free port on 127.0.0.1');
  return port;
}

/** Whether this TCP port can be listened on. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryListen(port, host)) !== undefined;
}

/** The port that was written to `file` by an earlier start if it is still free, else any free one. */
export async function rememberedPort(file: string): Promise<number> {
  const remembered = Number(readTextFile(file));
  if (Number.isInteger(remembered) && remembered > 0 && (await isPortFree(remembered))) return remembered;
  return freePort();
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
