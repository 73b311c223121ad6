import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Certificate } from './certificate.js';
import { type MediaFaultAction, MediaFaults } from './media-faults.js';
import type { MediaStore, StoredMedia } from './media-store.js';

/** What clients are told so that they can upload. */
export interface MediaConnection {
  auth: string;
  hostname: string;
}

/** What goes to channels is not encrypted, and has paths of its own. */
const uploadPath = /^\/(?:mms|newsletter)\/(?<mediaType>[a-z-]+)\/(?<token>[\w%-]+)$/;

/** The media hosts of the network: HTTPS on loopback, as clients demand. They hold ciphertext and ask downloaders for nothing. */
export class MediaHost {
  readonly faults = new MediaFaults();
  private readonly auth = randomBytes(24).toString('base64url');
  private readonly server: Server;
  private readonly responses = new Set<ServerResponse>();

  constructor(
    readonly store: MediaStore,
    readonly certificate: Certificate,
  ) {
    this.server = createServer(certificate, (request, response) => {
      this.responses.add(response);
      response.on('close', () => this.responses.delete(response));
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, host, resolve);
    });
  }

  connection(): MediaConnection {
    return { auth: this.auth, hostname: this.hostname };
  }

  get hostname(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const response of this.responses) response.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.store.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://media');
    const upload = uploadPath.exec(url.pathname)?.groups;
    if (request.method === 'POST' && upload) {
      const { mediaType = '', token = '' } = upload;
      if (url.searchParams.get('auth') !== this.auth) return refuse(request, response, 401);
      return this.upload(request, response, mediaType, decodeURIComponent(token));
    }
    if (request.method === 'GET') return this.download(request, response, url.pathname + url.search);
    return refuse(request, response, 404);
  }

  private async upload(request: IncomingMessage, response: ServerResponse, mediaType: string, token: string) {
    const sha256 = Buffer.from(token, 'base64url').toString('hex');
    const fault = this.faults.take('upload', mediaType, sha256);
    if (fault?.do === 'status') return refuse(request, response, fault.status);
    if (fault?.do === 'reset') return void request.destroy();
    if (fault?.do === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const media = await this.store.take(request, mediaType, sha256);
    if (fault?.do === 'stall') return;
    if (!media) return refuse(request, response, 400);
    const { directPath } = media;
    response.setHeader('content-type', 'application/json');
    const handle = mediaType.startsWith('newsletter-') ? { handle: sha256.slice(0, 16) } : {};
    response.end(JSON.stringify({ url: `https://${this.hostname}${directPath}`, direct_path: directPath, ...handle }));
  }

  private async download(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const media = this.store.find(path);
    if (!media) return refuse(request, response, 404);
    this.store.count(media);
    if (media.expired) return refuse(request, response, 410);
    const fault = this.faults.take('download', media.mediaType, media.sha256);
    if (fault?.do === 'status') return refuse(request, response, fault.status);
    if (fault?.do === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const range = rangeOf(request.headers.range, media.bytes);
    response.setHeader('content-type', fault?.do === 'type' ? fault.contentType : 'application/octet-stream');
    response.setHeader('accept-ranges', 'bytes');
    if (range) response.writeHead(206, { 'content-range': `bytes ${range.start}-${range.end}/${media.bytes}` });
    const source = faulty(this.store.read(media, range), media, fault);
    if (fault?.do === 'stall') return void (await sendSome(source, response, fault.afterBytes ?? 1_000));
    if (fault?.do === 'reset') {
      await sendSome(source, response, fault.afterBytes ?? 1_000);
      return void response.destroy();
    }
    await pipeline(source, response);
  }
}

/** The body is read to its end first: a client that still writes would not see the answer. */
async function refuse(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
  for await (const _chunk of request);
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"sandbox"}');
}

function rangeOf(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), end: end ? Math.min(Number(end), bytes - 1) : bytes - 1 };
}

/** Writes the first bytes, and leaves the answer open. */
async function sendSome(source: Readable, response: ServerResponse, bytes: number): Promise<void> {
  let left = bytes;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    response.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  response.flushHeaders();
}

/** The bytes of a file with what a rule does to them. */
function faulty(source: Readable, media: StoredMedia, fault: MediaFaultAction | undefined): Readable {
  if (fault?.do === 'pad') return Readable.from(padded(source, fault.bytes));
  if (fault?.do === 'cut') return Readable.from(firstBytes(source, fault.bytes));
  if (fault?.do === 'corrupt') return Readable.from(corrupted(source, Math.floor(media.bytes / 2)));
  return source;
}

async function* padded(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  yield* source;
  for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), 7);
}

async function* firstBytes(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function* corrupted(source: AsyncIterable<Buffer>, at: number): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const chunk of source) {
    const place = at - position;
    if (place >= 0 && place < chunk.length) chunk.writeUInt8(chunk.readUInt8(place) ^ 0xff, place);
    position += chunk.length;
    yield chunk;
  }
}
