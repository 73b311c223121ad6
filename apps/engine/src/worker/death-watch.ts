/** Remembers since when each worker has been seen without its lifeline: one that only lost it takes it again soon. */
export class DeathWatch {
  readonly #deadAfterMs: number;
  #goneSinceMs = new Map<string, number>();
  #lastLookMs = 0;

  constructor(deadAfterMs: number) {
    this.#deadAfterMs = deadAfterMs;
  }

  /** @returns whether somebody has died since the last look */
  look(gone: readonly string[], nowMs: number): boolean {
    const before = this.#goneSinceMs;
    const deadBefore = new Set(this.dead(this.#lastLookMs));
    this.#goneSinceMs = new Map(gone.map((id) => [id, before.get(id) ?? nowMs]));
    this.#lastLookMs = nowMs;
    return this.dead(nowMs).some((id) => !deadBefore.has(id));
  }

  /** Gone in every look for long enough. */
  dead(nowMs = this.#lastLookMs): string[] {
    return [...this.#goneSinceMs].filter(([, sinceMs]) => nowMs - sinceMs >= this.#deadAfterMs).map(([id]) => id);
  }

  /** What was seen counts no more: this worker's own view of the server was interrupted. */
  forget(): void {
    this.#goneSinceMs = new Map();
  }
}
