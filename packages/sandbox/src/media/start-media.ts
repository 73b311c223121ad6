import type { Store, StoreEntry } from '../store/store.js';
import { type Certificate, makeCertificate } from './certificate.js';
import { MediaHost } from './media-host.js';
import { MediaStore, type StoredMedia } from './media-store.js';

const CERTIFICATE_KEY = 'mediacertificate';

/** Opens the media hosts with what survived: their certificate, so that clients keep their trust, and their files. */
export async function startMedia(
  store: Store,
  entries: readonly StoreEntry[],
  options: { dataDir?: string | undefined; host: string },
): Promise<MediaHost> {
  let certificate = entries.find(([key]) => key === CERTIFICATE_KEY)?.[1] as Certificate | undefined;
  if (!certificate) {
    certificate = await makeCertificate();
    store.put([[CERTIFICATE_KEY, certificate]]);
  }
  const files = await MediaStore.open(store, options.dataDir);
  for (const [key, value] of entries) if (key.startsWith('mediafile/')) files.restore(value as StoredMedia);
  const media = new MediaHost(files, certificate);
  await media.listen(options.host);
  return media;
}
