import { fileTypeFromFile, supportedMimeTypes } from 'file-type';
import { imageSizeFromFile } from 'image-size/fromFile';

/** What a file's own bytes say. */
export interface Inspected {
  mimeType: string;
  width?: number;
  height?: number;
}

const UNKNOWN = 'application/octet-stream';
/** Told by their bytes, these are envelopes: what is in them only the sender's word says, such as the older office formats. */
const envelopes = new Set(['application/x-cfb', 'application/zip', 'application/xml']);
const plainType = /^[\w.+-]+\/[\w.+-]+(;[ ]?[\w.=+" -]+)*$/;

/**
 * The type of a file by its bytes. The declared one counts only where bytes cannot tell (texts, and what is in an envelope),
 * and never as one that bytes would have told.
 */
export async function inspectFile(file: string, declared: string | undefined): Promise<Inspected> {
  const sniffed = (await fileTypeFromFile(file))?.mime;
  const mimeType = typeOf(sniffed, declared);
  return { mimeType, ...(mimeType.startsWith('image/') && (await sizeOf(file))) };
}

/** Exported for its table of tests. */
export function typeOf(sniffed: string | undefined, declared: string | undefined): string {
  if (sniffed !== undefined && !envelopes.has(sniffed)) return sniffed;
  const word = declared?.trim().toLowerCase() ?? '';
  const bare = word.split(';')[0] ?? '';
  const isBelievable =
    word.length <= 255 && plainType.test(word) && /^(text|application)\//.test(bare) && !isKnownToBytes(bare);
  return isBelievable ? word : (sniffed ?? UNKNOWN);
}

function isKnownToBytes(mimeType: string): boolean {
  return (supportedMimeTypes as ReadonlySet<string>).has(mimeType) && !envelopes.has(mimeType);
}

async function sizeOf(file: string): Promise<{ width?: number; height?: number }> {
  try {
    const { width, height } = await imageSizeFromFile(file);
    return { width, height };
  } catch {
    // A damaged picture is a file like any other.
    return {};
  }
}
