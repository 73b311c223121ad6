import { LRUCache } from 'lru-cache';

/**
 * Serves what `load` gave for a short while. Loads of one key at the same time share one. What was being loaded when
 * its key was forgotten is handed out but not kept: it may have been read before the change.
 */
export class ReadThroughCache<V extends object> {
  readonly #kept: LRUCache<string, V>;
  readonly #loading = new Map<string, Promise<V | undefined>>();
  readonly #load: (key: string) => Promise<V | undefined>;

  /** @param load gives undefined for what does not exist, which is never kept. */
  constructor(options: { max: number; ttlMs: number }, load: (key: string) => Promise<V | undefined>) {
    this.#kept = new LRUCache({ max: options.max, ttl: options.ttlMs });
    this.#load = load;
  }

  get(key: string): V | undefined | Promise<V | undefined> {
    return this.#kept.get(key) ?? this.#loading.get(key) ?? this.#begin(key);
  }

  forget(key: string): void {
    this.#loading.delete(key);
    this.#kept.delete(key);
  }

  clear(): void {
    this.#loading.clear();
    this.#kept.clear();
  }

  #begin(key: string): Promise<V | undefined> {
    const loading: Promise<V | undefined> = this.#load(key).then(
      (value) => this.#end(key, loading, value),
      (error: unknown) => {
        this.#end(key, loading, undefined);
        throw error;
      },
    );
    this.#loading.set(key, loading);
    return loading;
  }

  #end(key: string, loading: Promise<V | undefined>, value: V | undefined): V | undefined {
    if (this.#loading.get(key) !== loading) return value;
    this.#loading.delete(key);
    if (value) this.#kept.set(key, value);
    return value;
  }
}
