import { type Executor, type MessageStanding, readMessageStandings } from '@multiwa/db';

interface Waiter {
  messageId: string;
  resolve(standing: MessageStanding | undefined): void;
  reject(error: unknown): void;
}

/** Asks the database how far messages have come: all that is asked in one turn of the event loop in one statement. */
export class MessageStandings {
  #waiting: Waiter[] = [];
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  of(messageId: string): Promise<MessageStanding | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messageId, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#ask());
    });
  }

  async #ask(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const ids = waiting.map(({ messageId }) => messageId);
      const standings = await readMessageStandings(this.#executor, ids);
      for (const { messageId, resolve } of waiting) resolve(standings.get(messageId));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
