import { AsyncLocalStorage } from 'node:async_hooks';
import type { Identity } from '@multiwa/contracts';
import type { PassPoint } from '@multiwa/runtime';
import type { SignalDataSet, SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys';
import { KeyedLock } from '../../keyed-lock.js';
import type { SessionChange } from '../../state/session-change.js';
import type { SessionStore } from '../../state/session-store.js';
import type { Journaled } from '../engine.js';
import type { KeyCache } from './key-cache.js';
import { decodeKey, encodeKey, forReading, type KeyType, type KeyValue } from './key-codec.js';

interface Write {
  type: KeyType;
  name: string;
  value: KeyValue | null;
}
interface Transaction {
  writes: Map<string, Write>;
  journal: Journaled[];
  /** Committed or failed: what still runs in its context works without it. */
  ended: boolean;
}

/** One message being sent by the library. */
interface Sending {
  /** State that its encryption changed, on the way to the database. */
  commits: Promise<void>[];
  /** That state was committed before the message left. */
  held: boolean;
  /** Who has the group's sender key once the message has arrived. */
  kept: Write[];
}

/** What the library's sending of one message came to. */
export interface Sent {
  /** The changed state was committed before the message left, as it must be. */
  held: boolean;
  /** To be called when WhatsApp has the message. */
  remember(): Promise<void>;
}

/** The lock of the account, as long as somebody holds it. */
interface Account {
  held: boolean;
}

/** What the call at hand belongs to. */
interface Context {
  keys: SignalKeys;
  /** The library takes the lock of the account again while it holds it, as when a patch of the app state looks for newer ones. */
  account?: Account | undefined;
  transaction: Transaction | undefined;
  sending: Sending | undefined;
}

/**
 * One for the process, and not some for each session: Node.js copies the value of every AsyncLocalStorage in use to every
 * promise that is made, so that one for each of a thousand sessions would cost each of them a thousandfold, in time and memory.
 */
const contexts = new AsyncLocalStorage<Context>();

/**
 * The last thing that the library reads before it writes a one-to-one message to the socket. It encrypts under a lock of
 * each device, the own phone's among them, so that waiting for the database there would let a profile send one message
 * per commit. Waiting here instead lets the commits of many messages share a statement.
 */
const READ_BEFORE_SENDING: KeyType = 'tctoken';
/**
 * The last thing that it writes before it sends to a group: which devices have the sender key. True only once the message that
 * brings the key to them has arrived, so it is kept back until then; after a crash the key is sent once more.
 */
const WRITTEN_BEFORE_SENDING: KeyType = 'sender-key-memory';

/** What the connections of one ownership of a profile share: work of the one before may not have ended when the next opens. */
export class KeyState {
  /** Around each Signal session. */
  readonly locks = new KeyedLock();
  /** Written, but not yet committed: the cache may drop it meanwhile, the database does not have it. */
  readonly uncommitted = new Map<string, Write>();
  /** Keys being read; a write takes its key out, so that the older value does not enter the cache. */
  readonly reading = new Map<string, number>();
}

interface Dependencies {
  store: SessionStore;
  cache: KeyCache;
  state: KeyState;
  /** The name of the library's one lock around everything it does for the account: the account's own jid. */
  accountLock(): string | undefined;
  at: PassPoint;
  /** Told of people whose phone and LID the library has just learned to belong together. */
  onLearned(people: Identity[]): void;
}

/**
 * The key store that the library works with, in place of what it wraps around a plain one. The differences:
 *
 * - A transaction commits through the write group, and resolves when the database has it. A journal entry added to it is
 *   committed with it.
 * - The library runs each send in one transaction under a lock of the whole account, and commits after the message has
 *   left. Its reads are a snapshot: a message that was decrypted meanwhile loses its ratchet step, or the send loses its
 *   own. Here such a send has no transaction around it; each Signal operation inside has its own, committed before
 *   anything reaches the wire, and sends to different chats go side by side.
 * - What is written outside of a transaction, or after it has ended, is committed and not lost (the library loses the
 *   time of its privacy tokens that way, and then asks for one with every send).
 */
export class SignalKeys implements SignalKeyStoreWithTransaction {
  readonly #store: SessionStore;
  readonly #cache: KeyCache;
  readonly #accountLock: () => string | undefined;
  readonly #at: PassPoint;
  readonly #onLearned: Dependencies['onLearned'];
  readonly #locks: KeyedLock;
  readonly #uncommitted: KeyState['uncommitted'];
  readonly #reading: KeyState['reading'];
  /** By group: what is kept back of the last message. */
  readonly #kept = new Map<string, Write>();
  /** Of this connection alone: the library asks WhatsApp things under it, and may wait there for what never comes. */
  readonly #accountLocks = new KeyedLock();

  constructor({ store, cache, state, accountLock, at, onLearned }: Dependencies) {
    this.#store = store;
    this.#cache = cache;
    this.#accountLock = accountLock;
    this.#at = at;
    this.#onLearned = onLearned;
    this.#locks = state.locks;
    this.#uncommitted = state.uncommitted;
    this.#reading = state.reading;
  }

  readonly get: SignalKeyStoreWithTransaction['get'] = async (type, ids) => {
    if (type === READ_BEFORE_SENDING) await this.#holdBack();
    const found: Record<string, KeyValue> = {};
    const missing: string[] = [];
    const writes = this.#current()?.writes;
    for (const id of ids) {
      const key = this.#key(type, id);
      const known = writes?.get(key) ?? this.#uncommitted.get(key) ?? this.#cache.get(key);
      if (!known) missing.push(id);
      else if (known.value !== null) found[id] = forReading(type, known.value);
    }
    if (missing.length > 0) {
      for (const [id, value] of await this.#read(type, missing)) found[id] = forReading(type, value);
    }
    return found as Awaited<ReturnType<typeof this.get<typeof type>>>;
  };

  readonly set = async (data: SignalDataSet): Promise<void> => {
    const writes = Object.entries(data).flatMap(([type, values]) =>
      Object.entries(values ?? {}).map(([name, value]) => ({ type, name, value: value ?? null }) as Write),
    );
    const transaction = this.#current();
    const sending = this.#sending();
    if (sending && !transaction && WRITTEN_BEFORE_SENDING in data) {
      for (const write of writes) this.#kept.set(write.name, write);
      sending.kept.push(...writes);
      return this.#holdBack();
    }
    // What is set by anybody else is newer than what is kept back.
    for (const { type, name } of writes) if (type === WRITTEN_BEFORE_SENDING) this.#kept.delete(name);
    if (!transaction) return this.#commit(writes, []);
    for (const write of writes) transaction.writes.set(this.#key(write.type, write.name), write);
  };

  readonly isInTransaction = (): boolean => this.#current() !== undefined;

  readonly transaction = async <T>(work: () => Promise<T>, lock: string): Promise<T> => {
    if (this.isInTransaction()) return work();
    const sending = this.#sending();
    if (lock === this.#accountLock()) return sending || this.#account()?.held ? work() : this.#holding(lock, work);
    // What it wrote is visible from the end of the lock on: the next one does not wait for the database.
    const { result, committed } = await this.#locks.run(lock, () => this.#inTransaction(work));
    if (sending && !sending.held) {
      committed.catch(() => undefined);
      sending.commits.push(committed);
    } else await committed;
    return result;
  };

  /**
   * Runs the library's sending of one message: without the lock of the account, since the caller orders the chats.
   */
  async sending(work: () => Promise<unknown>): Promise<Sent> {
    const sending: Sending = { commits: [], held: false, kept: [] };
    await contexts.run({ keys: this, transaction: undefined, sending }, work);
    const { held } = sending;
    sending.held = true;
    await Promise.all(sending.commits);
    return {
      held,
      remember: async () => {
        const last = sending.kept.filter((write) => this.#kept.get(write.name) === write);
        for (const { name } of last) this.#kept.delete(name);
        await this.#commit(last, []);
      },
    };
  }

  /** Adds an entry to the transaction that is open here. */
  journal(entry: Journaled): void {
    const transaction = this.#current();
    if (!transaction) throw new Error('a journal entry belongs into a transaction');
    transaction.journal.push(entry);
  }

  #holding<T>(lock: string, work: () => Promise<T>): Promise<T> {
    return this.#accountLocks.run(lock, async () => {
      const account: Account = { held: true };
      try {
        return await contexts.run({ keys: this, account, transaction: undefined, sending: undefined }, work);
      } finally {
        account.held = false;
      }
    });
  }

  async #holdBack(): Promise<void> {
    const sending = this.#sending();
    if (!sending || sending.held || this.isInTransaction()) return;
    await Promise.all(sending.commits);
    sending.held = true;
    this.#at('send.before-wire');
  }

  async #inTransaction<T>(work: () => Promise<T>): Promise<{ result: T; committed: Promise<void> }> {
    const transaction: Transaction = { writes: new Map(), journal: [], ended: false };
    try {
      const context = { keys: this, account: this.#account(), transaction, sending: this.#sending() };
      const result = await contexts.run(context, work);
      transaction.ended = true;
      return { result, committed: this.#commit([...transaction.writes.values()], transaction.journal) };
    } finally {
      transaction.ended = true;
    }
  }

  #current(): Transaction | undefined {
    const context = contexts.getStore();
    if (context?.keys !== this || context.transaction?.ended) return undefined;
    return context.transaction;
  }

  #account(): Account | undefined {
    const context = contexts.getStore();
    return context?.keys === this ? context.account : undefined;
  }

  #sending(): Sending | undefined {
    const context = contexts.getStore();
    return context?.keys === this ? context.sending : undefined;
  }

  async #commit(writes: readonly Write[], journal: readonly Journaled[]): Promise<void> {
    if (writes.length === 0 && journal.length === 0) return;
    const keys: NonNullable<SessionChange['keys']>[number][] = [];
    for (const write of writes) {
      const { type, name, value } = write;
      const key = this.#key(type, name);
      const encoded = value === null ? null : encodeKey(type, value);
      keys.push({ type, name, value: encoded });
      this.#reading.delete(key);
      this.#uncommitted.set(key, write);
      this.#cache.set(key, value, encoded?.length ?? 0);
    }
    await this.#store.write({ keys, journal });
    for (const write of writes) {
      const key = this.#key(write.type, write.name);
      if (this.#uncommitted.get(key) === write) this.#uncommitted.delete(key);
    }
    const people = writes.flatMap(pairOf);
    if (people.length > 0) this.#onLearned(people);
  }

  async #read(type: KeyType, names: readonly string[]): Promise<Map<string, KeyValue>> {
    const started = performance.now();
    for (const name of names) this.#reading.set(this.#key(type, name), started);
    const stored = await this.#store.readKeys(type, names);
    const found = new Map<string, KeyValue>();
    for (const name of names) {
      const key = this.#key(type, name);
      const bytes = stored.get(name);
      const untouched = this.#reading.has(key);
      if (this.#reading.get(key) === started) this.#reading.delete(key);
      const newer = untouched ? undefined : (this.#uncommitted.get(key) ?? this.#cache.get(key));
      const value = newer ? newer.value : bytes ? decodeKey(type, bytes) : null;
      if (untouched) this.#cache.set(key, value, bytes?.length ?? 0);
      if (value !== null) found.set(name, value);
    }
    return found;
  }

  #key(type: string, name: string): string {
    // With the generation: what an earlier ownership of this process remembers may be outdated.
    const { profileId, generation } = this.#store.lease;
    return `${profileId}|${generation}|${type}|${name}`;
  }
}

/** The pair that a write stores, if it does: of the two ways it is stored, the one by phone. */
function pairOf({ type, name, value }: Write): Identity[] {
  const isPair =
    type === 'lid-mapping' && /^\d{5,20}$/.test(name) && typeof value === 'string' && /^\d{5,20}$/.test(value);
  return isPair ? [{ phone: name, lid: value }] : [];
}
