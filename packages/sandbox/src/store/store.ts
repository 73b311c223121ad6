/** One change: a key and its new value; undefined forgets the key. */
export type StoreEntry = readonly [key: string, value: unknown];

/** Where the network's state outlives the process. Values must not be mutated after `put` without another `put`. */
export interface Store {
  /** Everything that survived, for start-up. */
  load(): Iterable<StoreEntry>;
  /** Records changes that belong together: after a crash either all of them are there or none. */
  put(entries: readonly StoreEntry[]): void;
  /** Resolves when everything put so far would survive a `kill -9` of this process. */
  settled(): Promise<void>;
  /** Writes out what is pending and closes. */
  close(): Promise<void>;
}

/** A store for networks that are forgotten at stop: it keeps nothing. */
export class MemoryStore implements Store {
  load(): Iterable<StoreEntry> {
    return [];
  }
  put(): void {}
  settled(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
