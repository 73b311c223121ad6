import { timing } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';

/**
 * A lease as its owner sees it, on its own monotonic clock. The database decides who owns a profile; this only tells how
 * long the owner may be sure of it without asking, since a send reaches WhatsApp before anything is stored.
 */
export class HeldLease {
  readonly lease: Lease;
  #validUntilMs: number;
  #lost = false;

  /** @param countedFromMs `performance.now()` from before the statement that gave or renewed it */
  constructor(lease: Lease, countedFromMs: number) {
    this.lease = lease;
    this.#validUntilMs = countedFromMs + timing.lease.ttlMs;
  }

  extend(countedFromMs: number): void {
    this.#validUntilMs = Math.max(this.#validUntilMs, countedFromMs + timing.lease.ttlMs);
  }

  /** Another worker has the profile, or may have it: final. */
  lose(): void {
    this.#lost = true;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Whether something may be sent now: the lease is valid for longer than the margin. */
  mayAct(): boolean {
    return !this.#lost && performance.now() < this.#validUntilMs - timing.lease.sendMarginMs;
  }
}
