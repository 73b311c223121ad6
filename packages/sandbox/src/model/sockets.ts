/** How many authenticated sockets a device has and had. */
export interface SocketCount {
  phone: string;
  device: number;
  open: number;
  maxOpen: number;
  openedTotal: number;
  /** How often a socket was opened while another one was open. */
  doubled: number;
  /** How long more than one was open, in all, in milliseconds with fractions; counts up while it lasts. */
  doubledMs: number;
  /**
   * Sockets that are up and no longer served, by a fault. They are not in `open`: a client that gives one up has no way
   * to say so.
   */
  halfOpen: number;
}

/** One socket opening, closing, or becoming half-open. */
export interface SocketEvent {
  atMs: number;
  phone: string;
  device: number;
  kind: 'open' | 'close' | 'half-open';
  /** Served sockets of this device open afterwards. */
  open: number;
}

const MAX_EVENTS = 20_000;

/** Counts the authenticated sockets of every device over time: two at once is a fault somebody wants to see as a number. */
export class SocketCounter {
  private readonly counts = new Map<string, SocketCount & { doubledSinceMs?: number }>();
  private readonly recorded: SocketEvent[] = [];

  /** `nowMs` measures how long sockets are doubled: monotonic, in milliseconds with fractions. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  opened(phone: string, device: number): void {
    const count = this.countOf(phone, device);
    count.open += 1;
    count.openedTotal += 1;
    count.maxOpen = Math.max(count.maxOpen, count.open);
    if (count.open > 1) {
      count.doubled += 1;
      count.doubledSinceMs ??= this.nowMs();
    }
    this.record(count, 'open');
  }

  /** A socket is no longer served, but up. */
  halfOpened(phone: string, device: number): void {
    const count = this.countOf(phone, device);
    count.halfOpen += 1;
    this.release(count);
    this.record(count, 'half-open');
  }

  closed(phone: string, device: number, wasHalfOpen = false): void {
    const count = this.countOf(phone, device);
    if (wasHalfOpen) count.halfOpen -= 1;
    else this.release(count);
    this.record(count, 'close');
  }

  list(phone?: string): SocketCount[] {
    return [...this.counts.values()]
      .filter((count) => phone === undefined || count.phone === phone)
      .map(({ doubledSinceMs, ...count }) => ({ ...count, doubledMs: count.doubledMs + this.sinceMs(doubledSinceMs) }));
  }

  events(phone?: string): SocketEvent[] {
    return this.recorded.filter((event) => phone === undefined || event.phone === phone);
  }

  private release(count: SocketCount & { doubledSinceMs?: number }): void {
    count.open -= 1;
    if (count.open > 1) return;
    count.doubledMs += this.sinceMs(count.doubledSinceMs);
    count.doubledSinceMs = undefined;
  }

  private sinceMs(startMs: number | undefined): number {
    return startMs === undefined ? 0 : this.nowMs() - startMs;
  }

  private countOf(phone: string, device: number): SocketCount & { doubledSinceMs?: number } {
    const key = `${phone}:${device}`;
    let count = this.counts.get(key);
    if (!count) {
      count = { phone, device, open: 0, maxOpen: 0, openedTotal: 0, doubled: 0, doubledMs: 0, halfOpen: 0 };
      this.counts.set(key, count);
    }
    return count;
  }

  private record(count: SocketCount, kind: SocketEvent['kind']): void {
    this.recorded.push({ atMs: Date.now(), phone: count.phone, device: count.device, kind, open: count.open });
    if (this.recorded.length > MAX_EVENTS * 2) this.recorded.splice(0, MAX_EVENTS);
  }
}
