import type { SocketConfig } from '@whiskeysockets/baileys';
import { LRUCache } from 'lru-cache';

type LibraryCache = NonNullable<SocketConfig['msgRetryCounterCache']>;

const MAX_ENTRIES = 50_000;
const MINUTE_MS = 60_000;
/**
 * The library forgets which devices a person has after five minutes, and asks again with a new key exchange for each. It
 * hears of changes by notifications, so an hour is as good.
 */
const DEVICES_TTL_MS = 60 * MINUTE_MS;
const RETRIES_TTL_MS = 60 * MINUTE_MS;
const SHORT_TTL_MS = 5 * MINUTE_MS;

/**
 * The library's caches, of bounded size and shared by all sessions of the process instead of several for each. Keys carry
 * the profile, since two profiles may hold the same message.
 */
export class LibraryCaches {
  readonly #entries = new LRUCache<string, NonNullable<unknown>>({ max: MAX_ENTRIES });

  of(
    profileId: string,
  ): Pick<SocketConfig, 'msgRetryCounterCache' | 'userDevicesCache' | 'callOfferCache' | 'placeholderResendCache'> {
    return {
      userDevicesCache: this.#view(`${profileId}|devices|`, DEVICES_TTL_MS),
      msgRetryCounterCache: this.#view(`${profileId}|retries|`, RETRIES_TTL_MS),
      callOfferCache: this.#view(`${profileId}|calls|`, SHORT_TTL_MS),
      placeholderResendCache: this.#view(`${profileId}|resends|`, SHORT_TTL_MS),
    };
  }

  #view(prefix: string, ttl: number): LibraryCache {
    const entries = this.#entries;
    return {
      get: <T>(key: string) => entries.get(prefix + key) as T | undefined,
      set: (key, value) => {
        if (value !== null && value !== undefined) entries.set(prefix + key, value, { ttl });
      },
      del: (key) => {
        entries.delete(prefix + key);
      },
      flushAll: () => {
        for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
      },
    };
  }
}
