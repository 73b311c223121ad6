import { type ConnectionTrouble, type WatchdogLimits, watch } from '@multiwa/domain';
import type { Vitals } from './vitals.js';

interface Dependencies {
  limits: WatchdogLimits;
  vitals: Vitals;
  /** Asks WhatsApp for a sign of life. */
  probe(): void;
  /** The connection is to be given up. Called once. */
  giveUp(trouble: ConnectionTrouble): void;
  /** Called with each look. */
  onLook(): void;
}

/** A look that comes this many intervals late was slept through: what came in meanwhile has not been read yet. */
const LATE = 2;

/** Looks after one connection, from its beginning until `stop`. */
export class Watchdog {
  readonly #dependencies: Dependencies;
  readonly #timer: NodeJS.Timeout;
  #lastLookMs = performance.now();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#timer = setInterval(() => this.#look(), dependencies.limits.checkEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { limits, vitals, probe, giveUp, onLook } = this.#dependencies;
    const nowMs = performance.now();
    const isLate = nowMs - this.#lastLookMs > LATE * limits.checkEveryMs;
    this.#lastLookMs = nowMs;
    if (isLate) return;
    const order = watch(vitals.pulse, limits, nowMs);
    if (order === 'probe') {
      vitals.probed();
      probe();
    } else if (order !== 'rest') {
      this.stop();
      giveUp(order);
    }
    onLook();
  }
}
