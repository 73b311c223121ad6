import type { MediaObject } from '@multiwa/db';
import type { Ffmpeg, MediaStorage } from '@multiwa/media';
import type { Logger } from '@multiwa/runtime';
import { LRUCache } from 'lru-cache';
import { limits } from '../limits.js';
import { withLocalFile } from '../media/local-file.js';

/** A small picture of a picture or film, in base64, where ffmpeg is installed and can make one; a file does without. */
export function makePreviews(deps: {
  storage: MediaStorage;
  ffmpeg: Ffmpeg | undefined;
  logger: Pick<Logger, 'info'>;
}) {
  const { storage, ffmpeg, logger } = deps;
  const made = new LRUCache<string, string>({ max: limits.keptPreviews });
  return async function makePreview(row: MediaObject): Promise<string | undefined> {
    const { sha256 } = row;
    if (!ffmpeg || sha256 === null) return undefined;
    const known = made.get(sha256);
    if (known !== undefined) return known;
    try {
      const preview = await withLocalFile(storage, row, (path) => ffmpeg.thumbnail(path));
      const encoded = preview.toString('base64');
      made.set(sha256, encoded);
      return encoded;
    } catch (error) {
      logger.info({ mediaId: row.id, detail: String(error) }, 'No preview could be made of a file');
      return undefined;
    }
  };
}
export type MakePreview = ReturnType<typeof makePreviews>;
