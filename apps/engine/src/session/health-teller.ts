import type { Restriction } from '@multiwa/contracts';
import { type ConnectionTrouble, healthOf, restrictionDueMs, type SessionHealth } from '@multiwa/domain';

interface Dependencies {
  /** As the owner before left it. */
  health: SessionHealth;
  /** Tells it in the state the session is in. */
  tell(health: SessionHealth): void;
}

/** How a session is doing: what WhatsApp forbids it, and whether anything comes through its connection. */
export class HealthTeller {
  readonly #tell: (health: SessionHealth) => void;
  #restriction: Restriction | null;
  #trouble: ConnectionTrouble | null;
  #askedAtMs = 0;

  constructor({ health, tell }: Dependencies) {
    const { healthReason, restriction } = health;
    this.#tell = tell;
    this.#restriction = restriction;
    this.#trouble = healthReason === 'reachout_timelock' ? null : healthReason;
  }

  troubled(trouble: ConnectionTrouble): void {
    this.#trouble = trouble;
    this.#say();
  }

  /** A new connection has logged in: what waited at WhatsApp comes now, so the trouble of the one before is over. */
  opened(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#say();
  }

  restricted(restriction: Restriction | null): void {
    this.#askedAtMs = Date.now();
    this.#restriction = restriction;
    this.#say();
  }

  /** The number is linked no longer: the next one begins anew, with what is returned. */
  unlinked(): SessionHealth {
    this.#restriction = null;
    this.#trouble = null;
    return healthOf(null, null);
  }

  /** Whether the time of a restriction is over, so that WhatsApp is to be asked; at most once until it answers or a while. */
  isRestrictionDue(nowMs = Date.now()): boolean {
    if (this.#restriction === null || nowMs < restrictionDueMs(this.#restriction, this.#askedAtMs)) return false;
    this.#askedAtMs = nowMs;
    return true;
  }

  #say(): void {
    this.#tell(healthOf(this.#restriction, this.#trouble));
  }
}
