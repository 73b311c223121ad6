import { timing, uploadedMediaSchema } from '@multiwa/contracts';
import { type Database, findUpload, saveUpload } from '@multiwa/db';
import type { MediaStorage } from '@multiwa/media';
import type { OutboundFiles } from '../engines/media.js';

/** The files that a profile sends, and what WhatsApp gave for them. */
export function outboundFiles(
  profileId: string,
  { database, storage }: { database: Pick<Database, 'pool'>; storage: Pick<MediaStorage, 'open' | 'newFile'> },
): OutboundFiles {
  return {
    open: (sha256) => storage.open(sha256),
    newFile: () => storage.newFile(),

    async findUpload(mediaType, sha256, forResend) {
      const row = await findUpload(database.pool, profileId, mediaType, sha256);
      // WhatsApp keeps a file for some weeks only; who asks for an old message again is served with what there is.
      if (!row || (!forResend && Date.now() - row.uploadedAt.getTime() > timing.media.uploadReuseMs)) return undefined;
      return uploadedMediaSchema.safeParse(row.uploaded).data;
    },

    saveUpload: (mediaType, sha256, uploaded) => saveUpload(database.pool, profileId, mediaType, sha256, uploaded),
  };
}
