import { timing } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';

/** A stretch of time in which the worker's lifeline stood: while it does, no other worker takes this one for dead. */
export interface Hold {
  readonly broken: boolean;
}

/**
 * A lease as its owner sees it, on its own monotonic clock. The database decides who owns a profile; this only tells how
 * long the owner may be sure of it without asking, since a send reaches WhatsApp before anything is stored.
 */
export class HeldLease {
  readonly lease: Lease;
  #hold: Hold;
  #validUntilMs: number;
  #lost = false;

  /** @param countedFromMs `performance.now()` from before the statement that gave or renewed it, under `hold` */
  constructor(lease: Lease, countedFromMs: number, hold: Hold) {
    this.lease = lease;
    this.#hold = hold;
    this.#validUntilMs = countedFromMs + timing.lease.ttlMs;
  }

  extend(countedFromMs: number, hold: Hold): void {
    this.#hold = hold;
    this.#validUntilMs = Math.max(this.#validUntilMs, countedFromMs + timing.lease.ttlMs);
  }

  /** Another worker has the profile, or may have it: final. */
  lose(): void {
    this.#lost = true;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Whether something may be sent now: the lifeline stands since it was renewed, and it is valid for longer than the margin. */
  mayAct(): boolean {
    return !this.#lost && !this.#hold.broken && performance.now() < this.#validUntilMs - timing.lease.sendMarginMs;
  }
}
