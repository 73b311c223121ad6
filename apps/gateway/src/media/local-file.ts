import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { MediaObject } from '@multiwa/db';
import type { MediaStorage } from '@multiwa/media';

/** Lends a file of the storage to a program that needs a path. */
export async function withLocalFile<T>(
  storage: Pick<MediaStorage, 'newFile' | 'open'>,
  { sha256 }: Pick<MediaObject, 'sha256'>,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (sha256 === null) throw new Error('A file without a hash is not in the storage.');
  const path = await storage.newFile();
  try {
    await pipeline(await storage.open(sha256), createWriteStream(path));
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}
