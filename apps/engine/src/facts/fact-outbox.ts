import type { Bus, FactItem } from '@multiwa/bus';
import { CodedError } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';
import { backoff } from '@multiwa/runtime';
import type { Logger } from '../logger.js';

/** The lease under which a fact was to be said is lost: the new owner speaks for the profile. */
export class SilencedError extends Error {
  override readonly name = 'SilencedError';
}

interface Waiting {
  lease: Lease;
  item: FactItem;
  resolve(): void;
  reject(error: unknown): void;
}

const BATCH = 256;
/** Beyond this many unpublished facts nothing more is taken from WhatsApp. */
const ROOM = 5_000;
const RETRY = { firstMs: 50, maxMs: 2_000 };

/**
 * Publishes facts of all sessions of the process, in the order in which they were given, many at a time. While the bus is
 * away they wait here; what must survive a crash stands in the journal meanwhile.
 */
export class FactOutbox {
  #waiting: Waiting[] = [];
  #running = false;
  #wake: (() => void)[] = [];
  readonly #silenced = new WeakSet<Lease>();
  readonly #bus: Pick<Bus, 'publishFacts'>;
  readonly #logger: Logger;

  constructor(bus: Pick<Bus, 'publishFacts'>, logger: Logger) {
    this.#bus = bus;
    this.#logger = logger;
  }

  /** Resolves when the bus has stored it. @throws SilencedError after `silence`; a fact that can never be stored rejects */
  publish(lease: Lease, item: FactItem): Promise<void> {
    if (this.#silenced.has(lease)) return Promise.reject(silenced(lease));
    const published = new Promise<void>((resolve, reject) => this.#waiting.push({ lease, item, resolve, reject }));
    if (!this.#running) void this.#run();
    return published;
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.#waiting.length >= ROOM) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** The lease is lost: nothing more is said under it. */
  silence(lease: Lease): void {
    this.#silenced.add(lease);
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.lease === lease) waiting.reject(silenced(lease));
      return waiting.lease !== lease;
    });
  }

  get size(): number {
    return this.#waiting.length;
  }

  async #run(): Promise<void> {
    this.#running = true;
    let failures = 0;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const results = await this.#bus.publishFacts(batch.map(({ item }) => item));
      // After a profile's first failure its later facts come again too, so that their order holds.
      const failed = new Set<string>();
      const again = batch.filter((waiting, index) => {
        const result = results[index];
        const { profileId } = waiting.lease;
        if (this.#silenced.has(waiting.lease)) waiting.reject(silenced(waiting.lease));
        else if (result?.ok && !failed.has(profileId)) waiting.resolve();
        else if (result && !result.ok && isHopeless(result.error)) this.#giveUp(waiting, result.error);
        else {
          failed.add(profileId);
          return true;
        }
        return false;
      });
      this.#waiting.unshift(...again);
      for (const wake of this.#wake.splice(0)) wake();
      failures = again.length > 0 ? failures + 1 : 0;
      if (failures > 0) {
        this.#logger.warn({ facts: this.#waiting.length, attempt: failures }, 'Facts wait for the bus');
        await new Promise((resolve) => setTimeout(resolve, backoff({ ...RETRY, attempt: failures })));
      }
    }
    this.#running = false;
  }

  #giveUp({ lease, item, reject }: Waiting, error: Error): void {
    const { profileId } = lease;
    this.#logger.error({ err: error, profileId, kind: item.kind }, 'A fact can never be published');
    reject(error);
  }
}

function silenced({ profileId, generation }: Lease): SilencedError {
  return new SilencedError(`Generation ${generation} of ${profileId} is over.`);
}

/** The bus answers these whatever the state of the server: trying again would only block what comes after. */
function isHopeless(error: Error): boolean {
  return !(error instanceof CodedError) || error.code !== 'service_unavailable';
}
