const MIB = 1024 * 1024;
/** What an opening session is taken to cost before there are enough open ones to tell. */
const FIRST_ESTIMATE_BYTES = MIB;
/** Admits again below this part of the limit, so that it does not change its mind with every collection of garbage. */
const ADMITS_BELOW = 0.95;
/** Above this part of the limit it gives sessions away. */
const SHEDS_ABOVE = 1.1;
const SHED_PART = 0.1;
/** A process gives memory back slowly: wait and see what a step has brought. */
const SHED_EVERY_MS = 30_000;

interface Options {
  /** Sessions at most. */
  capacity: number;
  /** Resident memory of the process at most, in bytes; undefined for no limit. */
  memoryBytes: number | undefined;
  /** Resident memory now, in bytes. */
  rss?: () => number;
  nowMs?: () => number;
}

/** Decides whether the worker takes more sessions, by their count and by its memory. */
export class Admission {
  readonly #options: Required<Options>;
  readonly #startRss: number;
  #isTight = false;
  #shedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ rss = () => process.memoryUsage.rss(), nowMs = () => performance.now(), ...options }: Options) {
    this.#options = { ...options, rss, nowMs };
    this.#startRss = rss();
  }

  /** @param opening those of `sessions` whose memory is not yet taken */
  admits(sessions: number, opening: number): boolean {
    const { capacity, memoryBytes } = this.#options;
    if (memoryBytes !== undefined) {
      const limit = this.#isTight ? memoryBytes * ADMITS_BELOW : memoryBytes;
      this.#isTight = this.#expected(sessions, opening) >= limit;
    }
    return !this.#isTight && sessions < capacity;
  }

  /** How many sessions to give away now, because memory is well above the limit. */
  surplus(sessions: number): number {
    const { memoryBytes, rss, nowMs } = this.#options;
    if (memoryBytes === undefined || rss() < memoryBytes * SHEDS_ABOVE) return 0;
    if (nowMs() - this.#shedAtMs < SHED_EVERY_MS) return 0;
    return Math.ceil(sessions * SHED_PART);
  }

  /** What `surplus` asked for is on its way. */
  shed(): void {
    this.#shedAtMs = this.#options.nowMs();
  }

  rssMb(): number {
    return Math.round(this.#options.rss() / MIB);
  }

  #expected(sessions: number, opening: number): number {
    const rss = this.#options.rss();
    const open = sessions - opening;
    const each = open < 10 ? FIRST_ESTIMATE_BYTES : Math.max(0, rss - this.#startRss) / open;
    return rss + opening * each;
  }
}
