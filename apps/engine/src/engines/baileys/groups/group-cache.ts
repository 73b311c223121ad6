import { LRUCache } from 'lru-cache';
import type { KnownGroup } from './read-group.js';

/** Members of all the groups that a process remembers; each takes about 200 bytes. */
const MAX_MEMBERS = 250_000;
/** For so long a group that could not be asked for is let alone, unless somebody needs it: WhatsApp counts the queries. */
const LET_ALONE = { max: 10_000, ttl: 10 * 60_000 };

/** One ownership's groups: what changed while another worker had the profile is not known here. */
export interface SessionGroups {
  get(chat: string): KnownGroup | undefined;
  set(chat: string, group: KnownGroup): void;
  delete(chat: string): void;
  letAlone(chat: string): void;
  isLetAlone(chat: string): boolean;
}

/** The groups of all sessions of the process, bounded by their members together. */
export class GroupCache {
  readonly #groups = new LRUCache<string, KnownGroup>({
    maxSize: MAX_MEMBERS,
    sizeCalculation: ({ info }) => info.participants.length + 1,
  });
  readonly #letAlone = new LRUCache<string, true>(LET_ALONE);

  of(profileId: string, generation: number): SessionGroups {
    const key = (chat: string) => `${profileId}|${generation}|${chat}`;
    return {
      get: (chat) => this.#groups.get(key(chat)),
      set: (chat, group) => {
        this.#groups.set(key(chat), group);
      },
      delete: (chat) => {
        this.#groups.delete(key(chat));
      },
      letAlone: (chat) => {
        this.#letAlone.set(key(chat), true);
      },
      isLetAlone: (chat) => this.#letAlone.has(key(chat)),
    };
  }
}
