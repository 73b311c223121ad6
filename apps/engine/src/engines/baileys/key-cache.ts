import { LRUCache } from 'lru-cache';
import type { KeyValue } from './key-codec.js';

/** A key's value, or the knowledge that there is none, which the library asks for with nearly every message. */
export type CachedKey = { value: KeyValue | null };

const ABSENT_BYTES = 64;
const OVERHEAD = 3;

/**
 * Signal keys of all sessions of the process, up to so many bytes. One owner writes a profile's keys, so what is here is
 * what is stored.
 */
export class KeyCache {
  readonly #entries: LRUCache<string, CachedKey>;

  constructor(maxBytes: number) {
    this.#entries = new LRUCache({ maxSize: maxBytes });
  }

  get(key: string): CachedKey | undefined {
    return this.#entries.get(key);
  }

  /** @param storedBytes length of the stored form; the decoded object takes a few times as much */
  set(key: string, value: KeyValue | null, storedBytes: number): void {
    this.#entries.set(key, { value }, { size: value === null ? ABSENT_BYTES : storedBytes * OVERHEAD + ABSENT_BYTES });
  }

  /** The keys of an earlier link are no longer stored. */
  forget(profileId: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(`${profileId}|`)) this.#entries.delete(key);
  }
}
