import { type Network, type SessionStatus, subjects, timing } from '@multiwa/contracts';
import { type Lease, type OwnedProfile, offerLease, releaseLease } from '@multiwa/db';
import { SilencedError } from '../facts/fact-outbox.js';
import { HeldLease, type Hold } from '../session/held-lease.js';
import type { SessionSupervisor } from '../session/session-supervisor.js';
import { type Host, makeSupervisor, type Shared } from './start-session.js';

/** A profile of this worker. */
export interface Owned {
  readonly held: HeldLease;
  readonly supervisor: SessionSupervisor;
  readonly sinceMs: number;
  status: SessionStatus | undefined;
  ended: Promise<void>;
  /** It is being ended in order; the worker that gets it, if one was chosen. */
  leaving: { to: string | undefined } | undefined;
  /** Its lease is being given back. */
  releasing: boolean;
}

interface Dependencies extends Shared {
  network: Network;
  host: Pick<Host, 'workerId' | 'confirmOwner'>;
  /** The other worker that has the most room. */
  mostRoom(): Promise<string | undefined>;
  /** A session has come to a first result, or is gone: there may be room for another. */
  onRoom(): void;
}

/** A session that has not come to a first result after this long waits for something else than its turn. */
const OPENING_MS = 10_000;

/** The profiles that this worker owns, from the claim of a lease until it is given back or lost. */
export class OwnedSessions {
  readonly #dependencies: Dependencies;
  readonly #owned = new Map<string, Owned>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get size(): number {
    return this.#owned.size;
  }

  ids(): string[] {
    return [...this.#owned.keys()];
  }

  all(): Owned[] {
    return [...this.#owned.values()];
  }

  get(profileId: string): Owned | undefined {
    return this.#owned.get(profileId);
  }

  /** Sessions claimed lately that have not come to a first result. */
  opening(): number {
    const sinceMs = performance.now() - OPENING_MS;
    const isOpening = (owned: Owned) => owned.sinceMs > sinceMs && (owned.status ?? 'CONNECTING') === 'CONNECTING';
    return this.all().filter(isOpening).length;
  }

  own({ profileId, generation }: Lease, profile: OwnedProfile, countedFromMs: number, hold: Hold): void {
    // Claimed anew while the old ownership has not ended here yet: that one is over.
    const before = this.#owned.get(profileId);
    if (before) this.lose(before);
    const held = new HeldLease({ profileId, generation }, countedFromMs, hold);
    const supervisor = makeSupervisor(this.#dependencies, held, profile, {
      ...this.#dependencies.host,
      handOver: async () => {
        const to = await this.#dependencies.mostRoom();
        if (to !== undefined) void this.end(owned, to);
        return to !== undefined;
      },
      onStatus: (status) => {
        owned.status = status;
        if (status !== 'CONNECTING') this.#dependencies.onRoom();
      },
    });
    const owned: Owned = {
      held,
      supervisor,
      sinceMs: performance.now(),
      status: undefined,
      ended: Promise.resolve(),
      leaving: undefined,
      releasing: false,
    };
    this.#owned.set(profileId, owned);
    owned.ended = this.#supervise(owned, before?.ended);
  }

  /** Ends a session in order, then frees its lease: for `to` first, when given. */
  end(owned: Owned, to?: string): Promise<void> {
    owned.leaving ??= { to };
    owned.supervisor.drain();
    return owned.ended;
  }

  /** Another worker has, or may have, the profile. */
  lose(owned: Owned): void {
    const { lease, lost } = owned.held;
    if (lost) return;
    this.#dependencies.logger.warn({ ...lease }, 'Lease lost: the session is closed here');
    this.#dependencies.metrics.lost();
    owned.supervisor.lose();
    this.#dependencies.writes.abandon(lease);
  }

  async #supervise(owned: Owned, before: Promise<void> | undefined): Promise<void> {
    const { held, supervisor } = owned;
    const { outbox, logger, onRoom } = this.#dependencies;
    const { lease } = held;
    const { profileId } = lease;
    try {
      await before;
      await supervisor.run();
    } catch (error) {
      if (!(error instanceof SilencedError)) {
        logger.error({ err: error, ...lease }, 'Supervision of a session failed');
      }
    }
    if (!held.lost) await this.#giveBack(owned, owned.leaving?.to);
    outbox.silence(lease);
    supervisor.gone();
    if (this.#owned.get(profileId)?.held === held) this.#owned.delete(profileId);
    onRoom();
  }

  async #giveBack(owned: Owned, to: string | undefined): Promise<void> {
    const { bus, database, writes, logger, network } = this.#dependencies;
    const { lease } = owned.held;
    owned.releasing = true;
    await writes.settled(lease).catch(() => undefined);
    const freed = to
      ? offerLease(database.pool, lease, to, timing.lease.offerMs)
      : releaseLease(database.pool, lease.profileId, lease.generation);
    await freed.catch((error: unknown) =>
      logger.warn({ err: error, ...lease }, 'A lease was not released: it will expire'),
    );
    bus.nudge(subjects.nudge.claim(network), to === undefined ? undefined : { to });
  }
}
