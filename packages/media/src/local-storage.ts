import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { incomingFiles } from './incoming.js';
import { BlobMissingError, checkHash, type MediaStorage } from './storage.js';

/** A directory of this machine, or one that all processes share. */
export function localStorage(dir: string): MediaStorage {
  const placeOf = (sha256: string) => {
    const hash = checkHash(sha256);
    return path.join(dir, 'blobs', hash.slice(0, 2), hash);
  };
  return {
    newFile: incomingFiles(path.join(dir, 'incoming')),

    async keep(file, sha256) {
      const place = placeOf(sha256);
      if (await isThere(place)) {
        const now = new Date();
        await utimes(place, now, now);
        await rm(file, { force: true });
        return;
      }
      await mkdir(path.dirname(place), { recursive: true });
      await flush(file);
      await rename(file, place);
      await flush(path.dirname(place));
    },

    async open(sha256, range) {
      const handle = await open(placeOf(sha256)).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
        throw new BlobMissingError('The file is not in the storage.', { cause });
      });
      return createReadStream('', { ...range, fd: handle });
    },

    async stat(sha256) {
      const found = await stat(placeOf(sha256)).catch(() => undefined);
      return found && { bytes: found.size, keptAt: found.mtime };
    },

    remove: (sha256) => rm(placeOf(sha256), { force: true }),
    close() {},
  };
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** What was renamed before it was written out is empty after a power cut. */
async function flush(place: string): Promise<void> {
  const handle = await open(place, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
