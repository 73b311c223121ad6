/** Something that was opened and must be closed. */
export interface Openable {
  /** Closes it in order. */
  stop(): Promise<void> | void;
  /** Ends it at once, without waiting. */
  kill?(): void;
}

/** What a start has opened so far: shutdown is start-up read backwards. */
export class Opened {
  readonly #stack: Openable[] = [];

  push(opened: Openable): void {
    this.#stack.push(opened);
  }

  /** Closes all, the last opened first; one that fails does not keep the others open. */
  async stopAll(): Promise<void> {
    for (let last = this.#stack.at(-1); last; last = this.#stack.at(-1)) {
      try {
        await last.stop();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
      }
      this.#stack.splice(this.#stack.indexOf(last), 1);
    }
  }

  /** Ends all at once. */
  killAll(): void {
    for (const opened of [...this.#stack].reverse()) {
      if (opened.kill) opened.kill();
      else void opened.stop();
    }
  }
}
