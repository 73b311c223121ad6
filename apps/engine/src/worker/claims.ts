import { type Network, timing } from '@multiwa/contracts';
import {
  type ClaimedLease,
  claimLeases,
  type Database,
  describeOwned,
  type Lease,
  type NetworkLoad,
} from '@multiwa/db';
import { fairShares } from '@multiwa/domain';
import type { Logger } from '../logger.js';
import type { ClaimKind, EngineMetrics } from '../metrics.js';
import type { Standing } from './lifeline.js';
import type { OwnedSessions } from './owned-sessions.js';

interface Dependencies {
  workerId: string;
  network: Network;
  capacity: number;
  database: Pick<Database, 'pool'>;
  sessions: OwnedSessions;
  load(): Promise<NetworkLoad>;
  /** Whether the worker takes more. */
  admits(): boolean;
  /** Workers known to be dead. */
  dead(): string[];
  metrics: Pick<EngineMetrics, 'claim' | 'share'>;
  logger: Logger;
}

/** Claims leases for the worker and begins their sessions. Every statement that rests on somebody's absence uses the lifeline. */
export class Claims {
  readonly #dependencies: Dependencies;
  /** Claims whose sessions have not begun yet. */
  #atWork = 0;
  /** Leases of ours without a session, as of the last look. */
  #strays = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes what is free, up to the fair share, while not too many are opening still. */
  async takeShare(standing: Standing): Promise<void> {
    const { workerId, capacity, sessions, load, admits, metrics } = this.#dependencies;
    const { workers, wanted } = await load();
    const share = fairShares(workers, wanted).get(workerId) ?? 0;
    metrics.share(share);
    if (!admits()) return;
    const room = capacity - sessions.size;
    const limit = Math.min(share - sessions.size, room, timing.lease.wave - sessions.opening());
    await this.#take(standing, limit, room);
  }

  /** Takes what was handed over to this worker: its giver has chosen, so the share does not matter. */
  async takeOffered(standing: Standing): Promise<void> {
    const { capacity, sessions, admits } = this.#dependencies;
    if (admits()) await this.#take(standing, 0, capacity - sessions.size);
  }

  /**
   * Begins the sessions of leases that are this worker's although it has no session for them: a claim was answered by a
   * broken connection. Seen twice in a row, so that none is meant that is just being given back.
   */
  async adoptStrays(renewed: readonly Lease[], countedFromMs: number, standing: Standing): Promise<void> {
    const { sessions, logger } = this.#dependencies;
    const known = (profileId: string) => sessions.get(profileId) !== undefined;
    const strays = this.#atWork > 0 ? [] : renewed.filter(({ profileId }) => !known(profileId));
    const again = strays.filter(({ profileId, generation }) => this.#strays.get(profileId) === generation);
    this.#strays = new Map(strays.map(({ profileId, generation }) => [profileId, generation]));
    if (again.length === 0) return;
    logger.warn({ count: again.length }, 'Leases without a session: taken up');
    await this.#begin(again, countedFromMs, standing);
  }

  async #take(standing: Standing, limit: number, offeredLimit: number): Promise<void> {
    const { workerId, network, dead } = this.#dependencies;
    if (limit <= 0 && offeredLimit <= 0) return;
    const countedFromMs = performance.now();
    const expired = countedFromMs - standing.sinceMs >= timing.lease.settleMs;
    const deadWorkers = dead();
    const claim = { workerId, network, limit, offeredLimit, ttlMs: timing.lease.ttlMs, expired, deadWorkers };
    this.#atWork += 1;
    try {
      const leases = await standing.run((executor) => claimLeases(executor, claim));
      if (leases.length === 0) return;
      await this.#begin(leases, countedFromMs, standing);
      this.#tell(leases, deadWorkers);
    } finally {
      this.#atWork -= 1;
    }
  }

  async #begin(leases: readonly Lease[], countedFromMs: number, standing: Standing): Promise<void> {
    const { database, sessions } = this.#dependencies;
    const ids = leases.map(({ profileId }) => profileId);
    const profiles = await describeOwned(database.pool, ids);
    const byId = new Map(profiles.map((profile) => [profile.profileId, profile]));
    for (const lease of leases) {
      const profile = byId.get(lease.profileId);
      if (profile) sessions.own(lease, profile, countedFromMs, standing);
    }
  }

  #tell(leases: readonly ClaimedLease[], deadWorkers: readonly string[]): void {
    const { sessions, metrics, logger } = this.#dependencies;
    const counts: Partial<Record<ClaimKind, number>> = {};
    for (const { offered, previousWorker } of leases) {
      const kind = kindOf(offered, previousWorker, deadWorkers);
      metrics.claim(kind);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    logger.info({ claimed: leases.length, ...counts, owned: sessions.size }, 'Profiles claimed');
  }
}

function kindOf(offered: boolean, previousWorker: string | null, deadWorkers: readonly string[]): ClaimKind {
  if (offered) return 'handed_over';
  if (previousWorker === null) return 'free';
  return deadWorkers.includes(previousWorker) ? 'orphaned' : 'expired';
}
