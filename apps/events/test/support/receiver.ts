import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  /** What was answered. */
  status?: number;
}

type Said = { status: number; body?: string; location?: string } | undefined;
/** How to answer; undefined never answers. */
export type Answer = (received: Received, nth: number) => Said | Promise<Said>;

/** A webhook receiver on loopback, until the test ends. */
export async function startReceiver(answer: Answer = () => ({ status: 204 })) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const each: Received = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(each);
      const said = await answer(each, received.length);
      if (!said) return;
      each.status = said.status;
      response.writeHead(said.status, said.location ? { location: said.location } : {}).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}
