import type { LiveSession } from '@multiwa/contracts';
import type { Pulse } from '@multiwa/domain';

/** What a session has shown of life since this owner took the profile; the watchdog and the operators' view read it. */
export class Vitals {
  reconnects = 0;
  recycles = 0;
  /** Sends that are with the connection. */
  sending = 0;
  readonly #ownedSince = new Date();
  #openSince: Date | null = null;
  #lastOpenForMs = 0;
  #lastInbound: Date | null = null;
  #lastOutbound: Date | null = null;
  #pulse: Pulse = still();
  #activeMs = performance.now();

  get pulse(): Readonly<Pulse> {
    return this.#pulse;
  }

  /** A new connection begins. */
  began(): void {
    this.#pulse = still();
    this.#lastOpenForMs = 0;
  }

  /** WhatsApp answers questions from now on. */
  answers(): void {
    this.#pulse.answers = true;
  }

  opened(): void {
    this.#openSince = new Date();
    this.answers();
  }

  ended(): void {
    if (this.#openSince) this.#lastOpenForMs = Date.now() - this.#openSince.getTime();
    this.#openSince = null;
  }

  heard(what: 'anything' | 'stanza'): void {
    this.#pulse.lastInMs = performance.now();
    if (what === 'anything') return;
    this.#lastInbound = new Date();
    this.#activeMs = performance.now();
    this.#pulse.unansweredSends = 0;
    this.#pulse.unansweredSinceMs = undefined;
  }

  acked(): void {
    this.#lastOutbound = new Date();
    this.#activeMs = performance.now();
    this.#pulse.unansweredSends += 1;
    this.#pulse.unansweredSinceMs ??= performance.now();
  }

  probed(): void {
    this.#pulse.probedMs = performance.now();
  }

  /** For how long the connection that ended last had been open, in milliseconds. */
  lastOpenForMs(): number {
    return this.#lastOpenForMs;
  }

  /** For how long nothing was sent or received, in milliseconds; nothing is idle while something is being sent. */
  idleForMs(): number {
    return this.sending > 0 ? 0 : performance.now() - this.#activeMs;
  }

  view(): Omit<LiveSession, 'workerId' | 'generation' | 'status' | 'memoryKb'> {
    const time = (date: Date | null) => date?.toISOString() ?? null;
    return {
      ownedSince: this.#ownedSince.toISOString(),
      openSince: time(this.#openSince),
      reconnects: this.reconnects,
      recycles: this.recycles,
      lastInboundAt: time(this.#lastInbound),
      lastOutboundAt: time(this.#lastOutbound),
      commandsInHand: this.sending,
    };
  }
}

function still(): Pulse {
  return {
    answers: false,
    lastInMs: performance.now(),
    probedMs: undefined,
    unansweredSends: 0,
    unansweredSinceMs: undefined,
  };
}
