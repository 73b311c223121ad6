import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Store, StoreEntry } from '../store/store.js';

/** One file as it lies on the media hosts: encrypted, under a path that whoever has the key was told. */
export interface StoredMedia {
  directPath: string;
  /** Of the encrypted bytes, in hexadecimal. */
  sha256: string;
  mediaType: string;
  bytes: number;
  /** The hosts keep it no longer. */
  expired: boolean;
  /** Nor do phones. */
  forgotten: boolean;
  uploads: number;
  downloads: number;
}

/** The files of the media hosts, on disk; what is known of them survives where the network's state does. */
export class MediaStore {
  private readonly byPath = new Map<string, StoredMedia>();

  private constructor(
    private readonly store: Store,
    private readonly dir: string,
    private readonly isTemporary: boolean,
  ) {}

  static async open(store: Store, dataDir: string | undefined): Promise<MediaStore> {
    const dir =
      dataDir === undefined ? await mkdtemp(join(tmpdir(), 'multiwa-sandbox-media-')) : join(dataDir, 'media');
    await mkdir(dir, { recursive: true });
    return new MediaStore(store, dir, dataDir === undefined);
  }

  restore(media: StoredMedia): void {
    this.byPath.set(media.directPath, media);
  }

  list(): StoredMedia[] {
    return [...this.byPath.values()];
  }

  find(directPath: string): StoredMedia | undefined {
    return this.byPath.get(directPath);
  }

  /**
   * Takes a file in. The same bytes keep their path while the hosts have them.
   * @returns undefined when the bytes have not the hash that the upload names
   */
  async take(source: AsyncIterable<Uint8Array>, mediaType: string, expected: string): Promise<StoredMedia | undefined> {
    const file = join(this.dir, `incoming-${randomBytes(8).toString('hex')}`);
    const hash = createHash('sha256');
    let bytes = 0;
    const counting = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    try {
      await pipeline(source, counting, createWriteStream(file));
      const sha256 = hash.digest('hex');
      if (sha256 !== expected) return undefined;
      await rename(file, join(this.dir, sha256));
      return await this.place(sha256, mediaType, bytes);
    } finally {
      await rm(file, { force: true });
    }
  }

  read({ sha256 }: StoredMedia, range?: { start: number; end: number }): ReadStream {
    return createReadStream(join(this.dir, sha256), range);
  }

  count(media: StoredMedia): void {
    media.downloads += 1;
  }

  /** The hosts forget a file, or all of them; phones too where that is asked for. Returns how many. */
  expire({ sha256, forgotten = false }: { sha256?: string; forgotten?: boolean } = {}): number {
    const files = this.list().filter((media) => (sha256 ?? media.sha256) === media.sha256);
    const expired = files.filter((media) => !media.expired).length;
    for (const media of files) Object.assign(media, { expired: true, forgotten: media.forgotten || forgotten });
    this.store.put(files.map(entryOf));
    return expired;
  }

  /** Phones have a forgotten file again, such as from a backup; the hosts do not. Returns how many files that is. */
  remember(sha256: string): number {
    const files = this.list().filter((media) => media.sha256 === sha256 && media.forgotten);
    for (const media of files) media.forgotten = false;
    this.store.put(files.map(entryOf));
    return files.length;
  }

  /** A phone that still has the file gives it to the hosts again, which keep it under a new path. */
  async giveAgain(directPath: string): Promise<StoredMedia | undefined> {
    const known = this.byPath.get(directPath);
    return known && !known.forgotten ? this.place(known.sha256, known.mediaType, known.bytes) : undefined;
  }

  async close(): Promise<void> {
    if (this.isTemporary) await rm(this.dir, { recursive: true, force: true });
  }

  private async place(sha256: string, mediaType: string, bytes: number): Promise<StoredMedia> {
    const same = this.list().find((media) => media.sha256 === sha256 && !media.expired);
    const directPath = same?.directPath ?? `/v/${mediaType}/${sha256}/${randomBytes(6).toString('hex')}?ccb=11-4`;
    const media = same ?? {
      directPath,
      sha256,
      mediaType,
      bytes,
      expired: false,
      forgotten: false,
      uploads: 0,
      downloads: 0,
    };
    media.uploads += 1;
    this.byPath.set(directPath, media);
    this.store.put([entryOf(media)]);
    await this.store.settled();
    return media;
  }
}

function entryOf(media: StoredMedia): StoreEntry {
  return [`mediafile/${media.directPath.replaceAll('/', '_')}`, media];
}
