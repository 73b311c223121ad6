import type { Stoppable } from '@multiwa/bus';
import { type Network, subjects, timing } from '@multiwa/contracts';
import {
  claimLeases,
  countShare,
  describeOwned,
  fairShare,
  heartbeatWorker,
  type Lease,
  markDraining,
  type OwnedProfile,
  registerWorker,
  releaseLease,
  removeWorker,
  renewLeases,
} from '@multiwa/db';
import { type Poller, poller } from '@multiwa/runtime';
import { SilencedError } from '../facts/fact-outbox.js';
import { HeldLease } from '../session/held-lease.js';
import type { SessionSupervisor } from '../session/session-supervisor.js';
import { makeSupervisor, type Shared } from './start-session.js';

export interface WorkerOptions {
  id: string;
  network: Network;
  host: string;
  pid: number;
  /** Sessions at most. */
  capacity: number;
  version: string;
}

interface Owned {
  held: HeldLease;
  supervisor: SessionSupervisor;
  ended: Promise<void>;
  /** Its lease is being given back. */
  releasing: boolean;
}

/** Leases claimed in one round at most, so that a restart of many profiles spreads over workers and time. */
const WAVE = 64;
const DRAIN_TIMEOUT_MS = 6_000;

/**
 * One engine process: makes itself known, claims its share of profiles, keeps their leases, and supervises each. All of it
 * is level-triggered: nudges only make the next round come sooner.
 */
export class Worker {
  readonly #shared: Shared;
  readonly #options: WorkerOptions;
  readonly #owned = new Map<string, Owned>();
  #claiming: Poller | undefined;
  #renewing: Poller | undefined;
  #nudges: Stoppable[] = [];
  #draining = false;

  constructor(shared: Shared, options: WorkerOptions) {
    this.#shared = shared;
    this.#options = options;
  }

  /** Profiles that this worker owns at the moment. */
  get ownedIds(): string[] {
    return [...this.#owned.keys()];
  }

  async start(): Promise<void> {
    const { bus, database, logger } = this.#shared;
    const { network } = this.#options;
    await registerWorker(database.pool, this.#options);
    this.#renewing = poller(timing.lease.renewEveryMs, () => this.#renew(), { name: 'renew leases', logger });
    this.#claiming = poller(timing.lease.claimEveryMs, () => this.#claim(), { name: 'claim leases', logger });
    this.#nudges = [
      bus.onNudge(subjects.nudge.claim(network), () => this.#claiming?.poke()),
      bus.onNudge(subjects.nudge.anyProfile, (subject) => this.#onProfileNudge(subject)),
    ];
  }

  /** Hands everything over: no claim any more, sends finished, sockets closed, leases free for the others at once. */
  async drain(): Promise<void> {
    const { bus, database, logger, writes } = this.#shared;
    this.#draining = true;
    for (const nudge of this.#nudges) nudge.stop();
    await markDraining(database.pool, this.#options.id).catch((error: unknown) =>
      logger.warn({ err: error }, 'The worker could not be marked as draining'),
    );
    await this.#claiming?.stop();
    const handed = [...this.#owned.values()].map(({ supervisor, ended }) => {
      supervisor.drain();
      return ended;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), DRAIN_TIMEOUT_MS);
    });
    if ((await Promise.race([Promise.all(handed), late])) === 'late') {
      logger.warn({ sessions: this.ownedIds.length }, 'Some sessions did not end in time: their leases will expire');
    }
    clearTimeout(timer);
    await this.#renewing?.stop();
    await writes.idle();
    await removeWorker(database.pool, this.#options.id);
    bus.nudge(subjects.nudge.claim(this.#options.network));
  }

  /** The database has a newer owner of this profile. */
  onStale({ profileId, generation }: Lease): void {
    const owned = this.#owned.get(profileId);
    if (owned?.held.lease.generation === generation) this.#lose(owned);
  }

  async #claim(): Promise<void> {
    if (this.#draining) return;
    const { database, logger } = this.#shared;
    const { id, network, capacity } = this.#options;
    const share = fairShare(await countShare(database.pool, network, timing.lease.ttlMs), capacity);
    const limit = Math.min(share - this.#owned.size, WAVE);
    const countedFromMs = performance.now();
    const leases = await claimLeases(database.pool, {
      workerId: id,
      network,
      limit,
      ttlMs: timing.lease.ttlMs,
    });
    if (leases.length === 0) return;
    const profiles = await describeOwned(
      database.pool,
      leases.map(({ profileId }) => profileId),
    );
    const byId = new Map(profiles.map((profile) => [profile.profileId, profile]));
    for (const lease of leases) {
      const profile = byId.get(lease.profileId);
      if (profile) this.#own(new HeldLease(lease, countedFromMs), profile);
    }
    logger.info({ claimed: leases.length, owned: this.#owned.size, share }, 'Profiles claimed');
    if (leases.length === WAVE) this.#claiming?.poke();
  }

  #own(held: HeldLease, profile: OwnedProfile): void {
    const { profileId } = profile;
    // Claimed anew while the old ownership has not ended here yet: that one is over.
    const before = this.#owned.get(profileId);
    if (before) this.#lose(before);
    const supervisor = makeSupervisor(this.#shared, held, profile, () => this.#renew());
    const owned: Owned = { held, supervisor, ended: Promise.resolve(), releasing: false };
    this.#owned.set(profileId, owned);
    owned.ended = this.#supervise(owned, before?.ended);
  }

  async #supervise(owned: Owned, before: Promise<void> | undefined): Promise<void> {
    const { held, supervisor } = owned;
    const { bus, database, writes, outbox, logger } = this.#shared;
    const { lease } = held;
    const { profileId, generation } = lease;
    try {
      await before;
      await supervisor.run();
    } catch (error) {
      if (!(error instanceof SilencedError)) {
        logger.error({ err: error, profileId, generation }, 'Supervision of a session failed');
      }
    }
    if (!held.lost) {
      owned.releasing = true;
      await writes.settled(lease).catch(() => undefined);
      await releaseLease(database.pool, profileId, generation).catch((error: unknown) =>
        logger.warn({ err: error, profileId, generation }, 'A lease was not released: it will expire'),
      );
      bus.nudge(subjects.nudge.claim(this.#options.network));
    }
    outbox.silence(lease);
    supervisor.gone();
    if (this.#owned.get(profileId)?.held === held) this.#owned.delete(profileId);
  }

  async #renew(): Promise<void> {
    const { database } = this.#shared;
    const { id } = this.#options;
    const before = [...this.#owned.values()];
    const countedFromMs = performance.now();
    const renewed = await renewLeases(database.pool, id, timing.lease.ttlMs);
    const generations = new Map(renewed.map(({ profileId, generation }) => [profileId, generation]));
    for (const owned of before) {
      const { profileId, generation } = owned.held.lease;
      if (generations.get(profileId) === generation) owned.held.extend(countedFromMs);
      else if (!owned.releasing) this.#lose(owned);
    }
    await heartbeatWorker(database.pool, id);
    await this.#refresh(before.map(({ held }) => held.lease.profileId));
  }

  #lose(owned: Owned): void {
    const { lease, lost } = owned.held;
    if (lost) return;
    this.#shared.logger.warn({ ...lease }, 'Lease lost: the session is closed here');
    owned.supervisor.lose();
    this.#shared.writes.abandon(lease);
  }

  #onProfileNudge(subject: string): void {
    const profileId = subject.slice(subject.lastIndexOf('.') + 1);
    if (!this.#owned.has(profileId)) return;
    this.#refresh([profileId]).catch((error: unknown) =>
      this.#shared.logger.warn({ err: error, profileId }, 'What is wanted could not be read'),
    );
  }

  async #refresh(profileIds: readonly string[]): Promise<void> {
    for (const profile of await describeOwned(this.#shared.database.pool, profileIds)) {
      this.#owned.get(profile.profileId)?.supervisor.update(profile);
    }
  }
}
