import type { StoredMedia } from '@multiwa/contracts';
import type { ReceivedMediaState } from '@multiwa/db';

interface Entry {
  media: ReceivedMediaState;
  isNew: boolean;
  changed: boolean;
}

/** The files that a batch of facts is about. */
export class MediaBook {
  readonly #entries = new Map<string, Entry>();

  constructor(known: readonly ReceivedMediaState[]) {
    for (const media of known) this.#entries.set(media.id, { media, isNew: false, changed: false });
  }

  find(profileId: string, id: string): ReceivedMediaState | undefined {
    const media = this.#entries.get(id)?.media;
    return media?.profileId === profileId ? media : undefined;
  }

  add(media: ReceivedMediaState): void {
    this.#entries.set(media.id, { media, isNew: true, changed: false });
  }

  change(media: ReceivedMediaState, change: Partial<ReceivedMediaState>): void {
    const entry = this.#entries.get(media.id);
    if (!entry) throw new Error('Only a file of this batch can be changed.');
    Object.assign(entry.media, change);
    entry.changed = true;
  }

  added(): ReceivedMediaState[] {
    return [...this.#entries.values()].filter(({ isNew }) => isNew).map(({ media }) => media);
  }

  /** Also those that the same batch added: their messages were written as they arrived. */
  changed(): ReceivedMediaState[] {
    return [...this.#entries.values()].filter(({ changed }) => changed).map(({ media }) => media);
  }
}

/** A row in the shape that contents and events hold. */
export function storedMediaOf(media: ReceivedMediaState): StoredMedia {
  const { id, mimeType, bytes, sha256, state, problem, fileName, width, height, seconds } = media;
  return {
    id,
    mimeType,
    bytes,
    sha256,
    state,
    problem: problem as StoredMedia['problem'],
    ...(fileName !== null && { fileName }),
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(seconds !== null && { seconds }),
  };
}
