import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  body: Buffer;
  at: Date;
}

/** As much of S3's protocol as a bucket needs: put whole or in parts, get with a range, head, delete. Signatures are not checked. */
export async function startBucketServer() {
  const objects = new Map<string, Stored>();
  const parts = new Map<string, Buffer[]>();
  /** Largest body of one request. */
  const seen = { largest: 0, puts: 0 };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://bucket.test');
    const key = url.pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    seen.largest = Math.max(seen.largest, body.length);
    const upload = url.searchParams.get('uploadId');
    const xml = (text: string) => response.setHeader('content-type', 'application/xml').end(text);
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      parts.set('one', []);
      return xml('<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>');
    }
    if (request.method === 'PUT' && upload) {
      const all = parts.get(upload) ?? [];
      all[Number(url.searchParams.get('partNumber')) - 1] = body;
      return response.setHeader('etag', '"part"').end();
    }
    if (request.method === 'POST' && upload) {
      objects.set(key, { body: Buffer.concat(parts.get(upload) ?? []), at: new Date() });
      return xml('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
    }
    if (request.method === 'PUT') {
      seen.puts += 1;
      objects.set(key, { body, at: new Date() });
      return response.setHeader('etag', '"x"').end();
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (!found) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      return response.end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
    }
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const slice = start === undefined ? found.body : found.body.subarray(Number(start), Number(end) + 1);
    response.setHeader('last-modified', found.at.toUTCString()).setHeader('content-length', slice.length);
    response.writeHead(start === undefined ? 200 : 206).end(request.method === 'HEAD' ? undefined : slice);
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
