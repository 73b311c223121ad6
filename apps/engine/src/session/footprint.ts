/** What the sessions of a process cost in memory, as far as that can be told: its growth since the start, shared out. */
export class Footprint {
  readonly #startRss = process.memoryUsage.rss();
  #sessions = 0;

  /** Counts a session until the returned function is called. */
  enter(): () => void {
    this.#sessions += 1;
    let counted = true;
    return () => {
      if (counted) this.#sessions -= 1;
      counted = false;
    };
  }

  /** Kilobytes for each session. */
  shareKb(): number {
    const grownBytes = Math.max(0, process.memoryUsage.rss() - this.#startRss);
    return Math.round(grownBytes / 1024 / Math.max(1, this.#sessions));
  }
}
