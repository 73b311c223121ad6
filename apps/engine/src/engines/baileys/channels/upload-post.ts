import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { OutboundOf } from '@multiwa/contracts';
import type { OutboundFiles } from '../../media.js';
import { putFile, type UploadRoute } from '../media-put.js';

const FOLDER = '/newsletter/newsletter-image';

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
  files: Pick<OutboundFiles, 'open'>;
  route: UploadRoute;
}

/**
 * Puts a picture on the media hosts as it is: posts are not encrypted, and have paths of their own there. The library would put it
 * where encrypted files lie. A picture is small enough to be held in memory.
 */
export async function uploadPost(
  { media }: OutboundOf<'IMAGE'>,
  { files, route }: Dependencies,
): Promise<UploadedPost> {
  if (media.sha256 === null) throw new Error('A file to be sent has no hash.');
  const chunks: Buffer[] = [];
  for await (const chunk of await files.open(media.sha256)) chunks.push(Buffer.from(chunk as Uint8Array));
  const bytes = Buffer.concat(chunks);
  const sha256 = createHash('sha256').update(bytes).digest();
  const upload = { folder: FOLDER, sha256, length: bytes.length, read: () => Readable.from([bytes]) };
  const { url, direct_path: directPath, handle } = await putFile(upload, route);
  return { url, directPath, fileSha256: sha256, fileLength: bytes.length, handle };
}
