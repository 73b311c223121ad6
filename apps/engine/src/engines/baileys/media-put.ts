import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { FindMediaHosts } from './media-hosts.js';

export interface UploadRoute {
  hosts: FindMediaHosts;
  /** The proxy that the connection goes through, or what else reaches the hosts. */
  agent: Agent | undefined;
  /** How long a host may take nothing and say nothing. */
  idleTimeoutMs: number;
}

/** The bytes that a host is to take. */
export interface Upload {
  /** Where files of this kind lie on the hosts. */
  folder: string;
  /** Of the bytes, by which the host checks and names them. */
  sha256: Uint8Array;
  length: number;
  /** From the first byte on, for each host that is tried. */
  read(): Readable;
}

/** `handle`: by which the stanza of a post names its picture. */
const answerSchema = z.object({
  url: z.string(),
  direct_path: z.string(),
  handle: z.string().optional().catch(undefined),
});
type Answer = z.infer<typeof answerSchema>;

const ORIGIN = 'https://web.whatsapp.com';
const MAX_ANSWER_BYTES = 65_536;
/** The hosts' word that what lets us upload is over. */
const unauthorized = new Set([401, 403]);

class Refused extends Error {
  constructor(readonly status: number) {
    super(`The media host answered with status ${status}.`);
  }
}

/**
 * Gives a file to the first of WhatsApp's hosts that takes it. The library's own way leaves the file open for good when a host
 * stalls. @throws Error that says why the last of them did not
 */
export async function putFile(upload: Upload, route: UploadRoute): Promise<Answer> {
  const token = Buffer.from(upload.sha256).toString('base64url');
  const attempt = async (fresh: boolean) => {
    const { hostnames, auth } = await route.hosts(fresh);
    const failures: unknown[] = [];
    for (const hostname of hostnames) {
      const query = `auth=${encodeURIComponent(auth)}&token=${token}`;
      try {
        return await post(`https://${hostname}${upload.folder}/${token}?${query}`, upload, route);
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.at(-1);
  };
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof Refused) || !unauthorized.has(error.status)) throw error;
    return attempt(true);
  }
}

async function post(url: string, { length, read }: Upload, { agent, idleTimeoutMs }: UploadRoute): Promise<Answer> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': length, origin: ORIGIN };
  const outgoing = request(url, { method: 'POST', agent, headers, timeout: idleTimeoutMs });
  outgoing.on('timeout', () => outgoing.destroy(new Error('The media host stalled.')));
  const answered = new Promise<Answer>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => readAnswer(incoming).then(resolve, reject));
  });
  // What fails in it is an error of the request too, unless the host has answered before it had everything.
  const written = pipeline(read(), outgoing).catch(() => undefined);
  try {
    return await answered;
  } finally {
    outgoing.destroy();
    await written;
  }
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('The media host says more than it should.');
    chunks.push(chunk);
  }
  if (incoming.statusCode !== 200) throw new Refused(incoming.statusCode ?? 0);
  return answerSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
}
