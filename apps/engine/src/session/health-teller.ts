import type { Restriction, RestrictionKind } from '@multiwa/contracts';
import {
  type ConnectionTrouble,
  healthOf,
  longest,
  restrictionDueMs,
  type SessionHealth,
  troubleOf,
} from '@multiwa/domain';

interface Dependencies {
  /** As the owner before left it. */
  health: SessionHealth;
  /** Tells it in the state the session is in. */
  tell(health: SessionHealth): void;
}

/** How a session is doing: what WhatsApp forbids it, and whether anything comes through its connection. */
export class HealthTeller {
  readonly #tell: (health: SessionHealth) => void;
  readonly #restrictions = new Map<RestrictionKind, Restriction>();
  #trouble: ConnectionTrouble | null;
  #askedAtMs = 0;

  constructor({ health, tell }: Dependencies) {
    const { restriction } = health;
    this.#tell = tell;
    if (restriction) this.#restrictions.set(restriction.kind, restriction);
    this.#trouble = troubleOf(health);
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

  restricted(kind: RestrictionKind, restriction: Restriction | null): void {
    this.#askedAtMs = Date.now();
    if (restriction) this.#restrictions.set(kind, restriction);
    else this.#restrictions.delete(kind);
    this.#say();
  }

  /** The number is linked no longer: the next one begins anew, with what is returned. */
  unlinked(): SessionHealth {
    this.#restrictions.clear();
    this.#trouble = null;
    return healthOf(null, null);
  }

  /** Whether the time of a restriction is over, so that WhatsApp is to be asked; at most once until it answers or a while. */
  isRestrictionDue(nowMs = Date.now()): boolean {
    const isDue = (one: Restriction) => nowMs >= restrictionDueMs(one, this.#askedAtMs);
    if (![...this.#restrictions.values()].some(isDue)) return false;
    this.#askedAtMs = nowMs;
    return true;
  }

  #say(): void {
    this.#tell(healthOf(longest([...this.#restrictions.values()]), this.#trouble));
  }
}
