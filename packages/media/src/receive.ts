import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { type Inspected, inspectFile } from './inspect.js';
import type { MediaStorage } from './storage.js';

/** More came than was to be taken. */
export class TooManyBytesError extends Error {
  override readonly name = 'TooManyBytesError';
  constructor(readonly maxBytes: number) {
    super(`There are more than ${maxBytes} bytes.`);
  }
}

/** A file that has come in whole and is not stored yet. */
export interface ReceivedFile extends Inspected {
  file: string;
  sha256: string;
  bytes: number;
  /** Stores it; see MediaStorage.keep. */
  keep(): Promise<void>;
  /** Removes it, unless it was kept. */
  discard(): Promise<void>;
}

/**
 * Writes a stream to a file while it counts and hashes, then looks what it is. Memory holds one chunk at a time. What fails
 * leaves no file.
 * @throws TooManyBytesError, or whatever the stream throws
 */
export async function receiveFile(
  storage: MediaStorage,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, declaredType }: { maxBytes: number; declaredType?: string | undefined },
): Promise<ReceivedFile> {
  const file = await storage.newFile();
  try {
    const { sha256, bytes } = await write(file, source, maxBytes);
    const inspected = await inspectFile(file, declaredType);
    return {
      ...inspected,
      file,
      sha256,
      bytes,
      keep: () => storage.keep(file, sha256),
      discard: () => rm(file, { force: true }),
    };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function write(file: string, source: AsyncIterable<Uint8Array>, maxBytes: number) {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx');
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TooManyBytesError(maxBytes);
      hash.update(chunk);
      await handle.write(chunk);
    }
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}
