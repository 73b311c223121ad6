import { ConnectionLostError } from '../../engine.js';

/** How far one connection is on its way to its end. Its parts ask before they act, and again after whatever they waited for. */
export class Lifetime {
  #resting = false;
  #over = false;

  /** Nothing more is taken from WhatsApp: what is not confirmed it hands to the next connection. */
  get resting(): boolean {
    return this.#resting;
  }

  /** The socket is closed, or broken. */
  get over(): boolean {
    return this.#over;
  }

  rest(): void {
    this.#resting = true;
  }

  /** @returns whether it was not over before */
  end(): boolean {
    const isFirst = !this.#over;
    this.#over = true;
    return isFirst;
  }

  /** @throws ConnectionLostError when it is over */
  check(): void {
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
  }

  /** @throws ConnectionLostError in place of an error that is of a socket that ended; does nothing while it lasts */
  checkAfter(error: unknown): void {
    if (this.#over) throw new ConnectionLostError('The socket was closed.', { cause: error });
  }
}
