import type { Logger } from '../../../logger.js';
import { inTime } from './in-time.js';

/** What has come in and is being handled, until what follows from it is stored and confirmed. */
export class InHand {
  readonly #works = new Set<Promise<void>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param event names what came in where its handling fails, which ends nothing else */
  while(event: string, handled: Promise<unknown>): void {
    const work: Promise<void> = handled
      .then(
        () => undefined,
        (error: unknown) => this.#logger.warn({ err: error, event }, 'A stanza was not handled'),
      )
      .finally(() => this.#works.delete(work));
    this.#works.add(work);
  }

  /** Resolves when all that is in hand now is done, or after so long. */
  done(timeoutMs: number): Promise<void> {
    return inTime(Promise.all(this.#works), timeoutMs);
  }
}
