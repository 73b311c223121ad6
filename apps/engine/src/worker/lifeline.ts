import { type Database, type Executor, isConnectionError, takeLifeline } from '@multiwa/db';
import type { Logger } from '../logger.js';
import type { Hold } from '../session/held-lease.js';

type Connection = ReturnType<Database['ownConnection']>;

/** The lifeline while it stands. */
export interface Standing extends Hold {
  /** `performance.now()` when it was taken. */
  readonly sinceMs: number;
  /** Runs statements that rest on the lifeline, on its own connection, one piece of work at a time: they fail when it is gone. */
  run<T>(work: (executor: Executor) => Promise<T>): Promise<T>;
}

interface Dependencies {
  database: Pick<Database, 'ownConnection'>;
  workerId: string;
  logger: Logger;
  /** It broke: the others may take this worker for dead. Called at once. */
  onBroken(): void;
  /** It stands again. */
  onMended(): void;
}

/** For connecting and for each statement on it: well within a lease, so that a server that is gone is noticed. */
const TIMEOUT_MS = 3_000;
const END_TIMEOUT_MS = 1_000;
const RETRY_MS = 200;

/**
 * The worker's lifeline, taken again whenever it breaks. Whoever wants to act asks for `standing`: while there is none,
 * the worker must not act for any profile.
 */
export class Lifeline {
  readonly #dependencies: Dependencies;
  #standing: Standing | undefined;
  #letGo: (() => Promise<void>) | undefined;
  #mending: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get standing(): Standing | undefined {
    return this.#standing;
  }

  /** Takes it for the first time. @throws when the database cannot be reached */
  async start(): Promise<Standing> {
    return this.#take();
  }

  /** Lets go of it: from here on the others need not wait for this worker's leases. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#mending);
    await this.#letGo?.();
  }

  async #take(): Promise<Standing> {
    const { database, workerId } = this.#dependencies;
    const connection = database.ownConnection({ applicationName: 'multiwa-engine-lifeline', timeoutMs: TIMEOUT_MS });
    let broken = false;
    let last: Promise<unknown> = Promise.resolve();
    const standing: Standing = {
      sinceMs: performance.now(),
      get broken() {
        return broken;
      },
      run(work) {
        const turn = last.then(async () => {
          if (broken) throw new Error('The lifeline is broken.');
          try {
            return await work(connection);
          } catch (error) {
            // What became of the statement is unknown, and the connection may be gone without a word.
            if (isConnectionError(error)) onEnd();
            throw error;
          }
        });
        last = turn.catch(() => undefined);
        return turn;
      },
    };
    const onEnd = () => {
      if (broken) return;
      broken = true;
      void endInTime(connection);
      if (this.#standing === standing) this.#onBroken();
    };
    connection.on('error', onEnd);
    connection.on('end', onEnd);
    try {
      await connection.connect();
      if (!(await takeLifeline(connection, workerId)))
        throw new Error('An earlier connection still holds the lifeline.');
      if (broken || this.#stopped) throw new Error('The lifeline broke at once.');
    } catch (error) {
      broken = true;
      void endInTime(connection);
      throw error;
    }
    this.#standing = standing;
    this.#letGo = async () => {
      broken = true;
      this.#standing = undefined;
      await endInTime(connection);
    };
    return standing;
  }

  #onBroken(): void {
    this.#standing = undefined;
    if (this.#stopped) return;
    this.#dependencies.onBroken();
    void this.#mend();
  }

  async #mend(): Promise<void> {
    const { onMended, logger } = this.#dependencies;
    try {
      await this.#take();
    } catch (error) {
      if (this.#stopped) return;
      logger.warn({ err: error }, 'The lifeline cannot be taken yet');
      this.#mending = setTimeout(() => void this.#mend(), RETRY_MS);
      return;
    }
    onMended();
  }
}

/** A server that is gone does not say goodbye. */
async function endInTime(connection: Connection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_TIMEOUT_MS);
  });
  await Promise.race([connection.end().catch(() => undefined), late]);
  clearTimeout(timer);
}
