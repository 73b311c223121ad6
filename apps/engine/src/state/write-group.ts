import {
  type Executor,
  isConnectionError,
  isTransactionConflict,
  type Lease,
  StaleGenerationError,
  writeSessionState,
} from '@multiwa/db';
import { backoff, type Cipher } from '@multiwa/runtime';
import type { Logger } from '../logger.js';
import { type Gathered, gather, nothing, type SessionChange, seal } from './session-change.js';

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

interface Pending extends Gathered {
  waiters: Waiter[];
}

interface Dependencies {
  executor: Executor;
  cipher: Cipher;
  logger: Logger;
  onStatement(ok: boolean): void;
  /** The database has a newer owner. Called before the refused writes reject, so that the socket is closed by then. */
  onStale(lease: Lease): void;
}

const CLEAR_LATER_MS = 1_000;
/**
 * Statements start at least this far apart: alone, a write leaves at once; under load many share a statement, which costs
 * both sides far less than it delays each.
 */
const STATEMENTS_APART_MS = 3;
const RETRY = { firstMs: 50, maxMs: 1_000 };

/**
 * Merges the writes of all sessions of the process into one statement at a time, which is one transaction (group
 * commit): what comes in while one is under way goes into the next. A write resolves when it is committed. It is
 * refused with StaleGenerationError when the profile has a newer owner. While the database is away it waits, until
 * `abandon` says that the lease is lost.
 */
export class WriteGroup {
  #pending = new Map<string, Pending>();
  #atWork: Map<string, Pending> | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Somebody waits for what is pending, or it has waited long enough. */
  #urgent = false;
  #lastStartMs = 0;
  readonly #abandoned = new Set<string>();
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  write(lease: Lease, change: SessionChange): Promise<void> {
    const pending = this.#pendingOf(lease);
    gather(pending, change);
    const written = new Promise<void>((resolve, reject) => pending.waiters.push({ resolve, reject }));
    void this.#start();
    return written;
  }

  /** Resolves when everything written so far under this lease is committed. @throws StaleGenerationError */
  async settled(lease: Lease): Promise<void> {
    const key = keyOf(lease);
    if (this.#pending.has(key) || this.#atWork?.has(key)) await this.write(lease, {});
  }

  /** Clears journal entries with the next write, or soon: nobody waits for it, and a crash only repeats their facts. */
  clearLater(lease: Lease, entryId: string): void {
    this.#pendingOf(lease).cleared.add(entryId);
    this.#timer ??= setTimeout(() => void this.#start(), CLEAR_LATER_MS);
  }

  /** The lease is lost: what waits for the database is refused. */
  abandon(lease: Lease): void {
    const key = keyOf(lease);
    if (this.#atWork?.has(key)) this.#abandoned.add(key);
    settle(this.#pending.get(key), staleError(lease));
    this.#pending.delete(key);
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0 || this.#running) await this.#start();
  }

  #pendingOf(lease: Lease): Pending {
    const key = keyOf(lease);
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = { ...nothing(lease), waiters: [] };
      this.#pending.set(key, pending);
    }
    return pending;
  }

  #start(): Promise<void> {
    this.#urgent = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Written after the last look: nobody else would start it.
      if (this.#urgent) void this.#start();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (this.#urgent) {
      const waitMs = this.#lastStartMs + STATEMENTS_APART_MS - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      // Lets everything that this turn of the event loop produces join the same statement.
      else await new Promise((resolve) => setImmediate(resolve));
      this.#lastStartMs = performance.now();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#urgent = false;
      const batch = this.#pending;
      this.#pending = new Map();
      this.#atWork = batch;
      await this.#commit([...batch.values()]);
      this.#atWork = undefined;
      this.#abandoned.clear();
    }
  }

  async #commit(batch: Pending[]): Promise<void> {
    const { executor, cipher, logger, onStatement } = this.#dependencies;
    let sealed = batch.map((pending) => seal(cipher, pending));
    for (let attempt = 0; ; attempt += 1) {
      const open = batch.flatMap((pending, index) => {
        const write = sealed[index];
        if (this.#abandoned.has(keyOf(pending.lease))) settle(pending, staleError(pending.lease));
        else if (write) return [{ pending, write }];
        return [];
      });
      if (open.length === 0) return;
      try {
        const outcomes = await writeSessionState(
          executor,
          open.map(({ write }) => write),
        );
        onStatement(true);
        for (const [index, { pending }] of open.entries()) {
          if (outcomes[index] === 'written') settle(pending);
          else this.#refuse(pending);
        }
        return;
      } catch (error) {
        onStatement(false);
        if (!isConnectionError(error) && !isTransactionConflict(error) && attempt > 0) {
          // Not the database's state but one of the writes: find out which, so that it harms no other session.
          if (open.length === 1) return settle(open[0]?.pending, error);
          for (const { pending } of open) await this.#commit([pending]);
          return;
        }
        logger.warn({ err: error, sessions: open.length, attempt }, 'Session state could not be written: trying again');
        await new Promise((resolve) => setTimeout(resolve, backoff({ ...RETRY, attempt: attempt + 1 })));
        // The encryption key may have been replaced while the database was away.
        sealed = batch.map((pending) => seal(cipher, pending));
      }
    }
  }

  #refuse(pending: Pending): void {
    this.#dependencies.onStale(pending.lease);
    setImmediate(() => settle(pending, staleError(pending.lease)));
  }
}

function keyOf({ profileId, generation }: Lease): string {
  return `${profileId}:${generation}`;
}

function staleError({ profileId, generation }: Lease): StaleGenerationError {
  return new StaleGenerationError(profileId, generation);
}

function settle(pending: Pending | undefined, error?: unknown): void {
  const waiters = pending?.waiters.splice(0) ?? [];
  for (const { resolve, reject } of waiters) error === undefined ? resolve() : reject(error);
}
