import { createHash } from 'node:crypto';
import type { OutboundOf } from '@multiwa/contracts';
import type { FetchDispatcher } from '@multiwa/runtime';
import type { WASocket } from '@whiskeysockets/baileys';
import type { OutboundFiles } from '../../media.js';

const UPLOAD_TIMEOUT_MS = 120_000;

/** What WhatsApp gave for the picture of a post. */
export interface UploadedPost {
  url: string;
  directPath: string;
  fileSha256: Buffer;
  fileLength: number;
  /** By which the stanza names it. */
  handle: string | undefined;
}

interface Dependencies {
  sock: Pick<WASocket, 'refreshMediaConn'>;
  files: Pick<OutboundFiles, 'open'>;
  dispatcher: FetchDispatcher | undefined;
}

/**
 * Puts a picture on the media hosts as it is: posts are not encrypted, and have paths of their own there. The library would put it
 * where encrypted files lie. A picture is small enough to be held in memory.
 */
export async function uploadPost(
  { media }: OutboundOf<'IMAGE'>,
  { sock, files, dispatcher }: Dependencies,
): Promise<UploadedPost> {
  if (media.sha256 === null) throw new Error('A file to be sent has no hash.');
  const chunks: Buffer[] = [];
  for await (const chunk of await files.open(media.sha256)) chunks.push(Buffer.from(chunk as Uint8Array));
  const body = Buffer.concat(chunks);
  const fileSha256 = createHash('sha256').update(body).digest();
  const token = fileSha256.toString('base64url');
  const { auth, hosts } = await sock.refreshMediaConn(false);
  const failures: unknown[] = [];
  for (const { hostname } of hosts) {
    try {
      const answer = await fetch(
        `https://${hostname}/newsletter/newsletter-image/${token}?auth=${encodeURIComponent(auth)}&token=${token}`,
        {
          method: 'POST',
          body: new Uint8Array(body),
          redirect: 'error',
          signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
          headers: { 'content-type': 'application/octet-stream', origin: 'https://web.whatsapp.com' },
          ...(dispatcher && { dispatcher }),
        },
      );
      const told = (await answer.json()) as { url?: string; direct_path?: string; handle?: string };
      if (answer.ok && told.url && told.direct_path) {
        const { url, direct_path: directPath, handle } = told;
        return { url, directPath, fileSha256, fileLength: body.length, handle };
      }
      failures.push(new Error(`The media host answered with status ${answer.status}.`));
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0] ?? new Error('WhatsApp named no media host.');
}
