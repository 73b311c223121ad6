const WINDOW_MS = 5_000;
const LINES_PER_WINDOW = 10;

/** Keeps one noisy service from flooding the terminal: ten lines in five seconds, then a pointer to its log. */
export class TerminalBudget {
  #windowStart = Number.NEGATIVE_INFINITY;
  #lines = 0;

  /** `show` the line, say that there is `more` in the log, or `hide` it. `nowMs` is a monotonic time. */
  spend(nowMs: number): 'show' | 'more' | 'hide' {
    if (nowMs - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = nowMs;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines <= LINES_PER_WINDOW) return 'show';
    return this.#lines === LINES_PER_WINDOW + 1 ? 'more' : 'hide';
  }
}
