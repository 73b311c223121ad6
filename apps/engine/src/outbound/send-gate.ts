import { beginSends, type Executor, type SendBegin, type SendToBegin } from '@multiwa/db';

const UNKNOWN: SendBegin = { verdict: 'unknown', expiresInSeconds: undefined };

interface Waiter {
  send: SendToBegin;
  resolve(begin: SendBegin): void;
  reject(error: unknown): void;
}

/**
 * Where sends of all sessions begin: what is asked while one statement is under way goes into the next, so that many
 * sends cost one.
 */
export class SendGate {
  #waiting: Waiter[] = [];
  #running = false;
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** See `beginSends`. Rejects when the database cannot be asked. */
  begin(send: SendToBegin): Promise<SendBegin> {
    const begin = new Promise<SendBegin>((resolve, reject) => this.#waiting.push({ send, resolve, reject }));
    if (!this.#running) void this.#run();
    return begin;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // Lets all that this turn of the event loop asks join.
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#ask(waiting);
    }
    this.#running = false;
  }

  async #ask(waiting: readonly Waiter[]): Promise<void> {
    try {
      const begins = await beginSends(
        this.#executor,
        waiting.map(({ send }) => send),
      );
      for (const { send, resolve } of waiting) resolve(begins.get(send.messageId) ?? UNKNOWN);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
