import { setTimeout as delay } from 'node:timers/promises';
import type { Stoppable } from '@multiwa/bus';
import { type Network, subjects, timing } from '@multiwa/contracts';
import {
  describeOwned,
  findSilenced,
  heartbeatWorker,
  type Lease,
  markDraining,
  type NetworkLoad,
  pruneWorkers,
  readLoad,
  registerWorker,
  removeWorker,
  renewLeases,
} from '@multiwa/db';
import { mostRoom } from '@multiwa/domain';
import { type Poller, poller } from '@multiwa/runtime';
import { z } from 'zod';
import { Admission } from './admission.js';
import { Claims } from './claims.js';
import { coalesced } from './coalesced.js';
import { DeathWatch } from './death-watch.js';
import { HandOvers } from './hand-overs.js';
import { Lifeline, type Standing } from './lifeline.js';
import { OwnedSessions } from './owned-sessions.js';
import type { Shared } from './start-session.js';

export interface WorkerOptions {
  id: string;
  network: Network;
  host: string;
  pid: number;
  /** Sessions at most. */
  capacity: number;
  /** Resident memory at most, in bytes; no limit when undefined. */
  memoryBytes: number | undefined;
  version: string;
}

/** Whom a nudge to claim is meant for; everybody when it does not say. */
const claimNudgeSchema = z.object({ to: z.string() });
const HAND_OVER_EVERY_MS = 100;
/** For sends under way, of sessions that nobody takes. */
const REST_MS = 6_000;
const PRUNE_EVERY_MS = 20_000;
/** All workers of a mass restart make themselves known before they claim, and do not claim at the same instant. */
const FIRST_CLAIM_JITTER_MS = 300;
const NEXT_CLAIM_JITTER_MS = 100;

/**
 * One engine process: makes itself known, claims its share of profiles, keeps their leases, and supervises each. All of it
 * is level-triggered: nudges only make the next round come sooner. What it knows of the other workers it knows through its
 * lifeline; without it, it neither claims nor acts. See decision 0009.
 */
export class Worker {
  readonly #shared: Shared;
  readonly #options: WorkerOptions;
  readonly #sessions: OwnedSessions;
  readonly #admission: Admission;
  readonly #lifeline: Lifeline;
  readonly #claims: Claims;
  readonly #handOvers: HandOvers;
  readonly #deaths = new DeathWatch(timing.lease.deadAfterMs);
  readonly #renew = coalesced(() => this.#whileStanding((standing) => this.#renewNow(standing)));
  #working: Poller[] = [];
  #living: Poller[] = [];
  #claiming: Poller | undefined;
  #accepting: Poller | undefined;
  #nextClaim: NodeJS.Timeout | undefined;
  #nudges: Stoppable[] = [];
  #draining = false;
  #drainRequested = false;
  #prunedMs = performance.now();

  constructor(shared: Shared, options: WorkerOptions) {
    const { database, metrics, logger } = shared;
    const { id: workerId, network, capacity, memoryBytes } = options;
    this.#shared = shared;
    this.#options = options;
    this.#admission = new Admission({ capacity, memoryBytes });
    this.#lifeline = new Lifeline({
      database,
      workerId,
      logger,
      onBroken: () => this.#onLifelineBroken(),
      onMended: () => this.#onLifelineMended(),
    });
    this.#sessions = new OwnedSessions({
      ...shared,
      network,
      host: { workerId, confirmOwner: () => this.#renew() },
      mostRoom: async () => mostRoom((await this.#load()).workers, workerId),
      onRoom: () => this.#claimSoon(),
    });
    const sessions = this.#sessions;
    const load = () => this.#load();
    const dead = () => this.#deaths.dead();
    const admits = () => this.#admits();
    this.#claims = new Claims({ workerId, network, capacity, database, sessions, load, admits, dead, metrics, logger });
    this.#handOvers = new HandOvers({ workerId, database, sessions, load, metrics, logger });
  }

  /** Profiles that this worker owns at the moment. */
  get ownedIds(): string[] {
    return this.#sessions.ids();
  }

  async start(): Promise<void> {
    const { bus, logger } = this.#shared;
    const { network } = this.#options;
    const { renewEveryMs, watchEveryMs, claimEveryMs } = timing.lease;
    const standing = await this.#lifeline.start();
    await standing.run((executor) => registerWorker(executor, this.#options));
    const every = (ms: number, name: string, round: (signal: AbortSignal) => Promise<void>) =>
      poller(ms, round, { name, logger });
    this.#living = [
      every(renewEveryMs, 'renew leases', () => this.#renew()),
      every(watchEveryMs, 'watch the other workers', () => this.#whileStanding((now) => this.#watch(now))),
    ];
    await delay(Math.random() * FIRST_CLAIM_JITTER_MS);
    const claim = () => this.#whileStanding((now) => this.#claims.takeShare(now));
    const accept = () => this.#whileStanding((now) => this.#claims.takeOffered(now));
    this.#claiming = every(claimEveryMs, 'claim leases', claim);
    this.#accepting = every(claimEveryMs, 'take what is handed over', accept);
    const giving = every(claimEveryMs, 'hand sessions over', (signal) => this.#give(signal));
    this.#working = [this.#claiming, this.#accepting, giving];
    this.#nudges = [
      bus.onNudge(subjects.nudge.claim(network), (_, data) => this.#onClaimNudge(data)),
      bus.onNudge(subjects.nudge.workers(network), () => void this.#renew().catch(() => undefined)),
      bus.onNudge(subjects.nudge.anyProfile, (subject) => this.#onProfileNudge(subject)),
    ];
  }

  /**
   * Hands everything over: no claim any more; wave after wave sends are finished, sockets closed and leases offered to the
   * workers with room, while the rest is served. What nobody takes, or not in time, is given back at once.
   */
  async drain(): Promise<void> {
    const { bus, database, logger, writes } = this.#shared;
    const { id, network } = this.#options;
    const { engineGraceMs, reserveMs } = timing.shutdown;
    const untilMs = performance.now() + engineGraceMs - reserveMs;
    this.#draining = true;
    clearTimeout(this.#nextClaim);
    await Promise.all(this.#working.map((each) => each.stop()));
    await markDraining(database.pool, id).catch((error: unknown) =>
      logger.warn({ err: error }, 'The worker could not be marked as draining'),
    );
    while (this.#sessions.size > 0 && performance.now() < untilMs && (await this.#drainOn())) {
      await delay(HAND_OVER_EVERY_MS);
    }
    for (const nudge of this.#nudges) nudge.stop();
    const rest = Promise.all(this.#sessions.all().map((owned) => this.#sessions.end(owned)));
    const inTime = new AbortController();
    const restMs = Math.min(REST_MS, untilMs + reserveMs / 2 - performance.now());
    await Promise.race([rest, delay(restMs, undefined, { signal: inTime.signal }).catch(() => undefined)]);
    inTime.abort();
    await Promise.all(this.#living.map((each) => each.stop()));
    await writes.idle();
    await this.#lifeline.stop();
    if (this.#sessions.size === 0) await removeWorker(database.pool, id);
    // Its row stays, and says with the lifeline gone that the rest may be taken when the process has ended.
    else logger.warn({ sessions: this.ownedIds.length }, 'Some sessions did not end in time');
    bus.nudge(subjects.nudge.claim(network));
  }

  /** The database has a newer owner of this profile. */
  onStale({ profileId, generation }: Lease): void {
    const owned = this.#sessions.get(profileId);
    if (owned?.held.lease.generation === generation) this.#sessions.lose(owned);
  }

  /** @returns whether anybody may take more */
  async #drainOn(): Promise<boolean> {
    try {
      return await this.#handOvers.empty('drain');
    } catch (error) {
      this.#shared.logger.warn({ err: error }, 'A wave of hand-overs did not begin');
      return true;
    }
  }

  async #whileStanding(work: (standing: Standing) => Promise<void>): Promise<void> {
    const { standing } = this.#lifeline;
    if (standing) await work(standing);
  }

  #admits(): boolean {
    const opening = this.#sessions.opening();
    return !this.#draining && !this.#drainRequested && this.#admission.admits(this.#sessions.size, opening);
  }

  async #load(): Promise<NetworkLoad> {
    const { standing } = this.#lifeline;
    if (!standing) throw new Error('The lifeline is broken.');
    const { network } = this.#options;
    return standing.run((executor) => readLoad(executor, network, timing.lease.ttlMs, this.#deaths.dead()));
  }

  async #renewNow(standing: Standing): Promise<void> {
    const { id } = this.#options;
    const before = this.#sessions.all();
    const countedFromMs = performance.now();
    const renewed = await standing.run((executor) => renewLeases(executor, id, timing.lease.ttlMs));
    const generations = new Map(renewed.map(({ profileId, generation }) => [profileId, generation]));
    for (const owned of before) {
      const { profileId, generation } = owned.held.lease;
      if (generations.get(profileId) === generation) owned.held.extend(countedFromMs, standing);
      else if (!owned.releasing) this.#sessions.lose(owned);
    }
    await this.#showLife(standing);
    if (!this.#draining) await this.#claims.adoptStrays(renewed, countedFromMs, standing);
    await this.#refresh(before.map(({ held }) => held.lease.profileId));
  }

  async #showLife(standing: Standing): Promise<void> {
    const { logger } = this.#shared;
    const signs = { sessions: this.#sessions.size, rssMb: this.#admission.rssMb(), admitting: this.#admits() };
    const wanted = await standing.run(async (executor) => {
      const row = await heartbeatWorker(executor, this.#options.id, signs);
      // Away for so long that it was forgotten.
      if (!row) await registerWorker(executor, this.#options);
      return row;
    });
    const drainRequested = wanted?.drainRequested ?? false;
    if (drainRequested === this.#drainRequested) return;
    this.#drainRequested = drainRequested;
    logger.info({ drainRequested }, drainRequested ? 'To be emptied for an operator' : 'Taken back into service');
    for (const each of this.#working) each.poke();
  }

  async #watch(standing: Standing): Promise<void> {
    const { logger, database } = this.#shared;
    const gone = await standing.run((executor) => findSilenced(executor, this.#options.id));
    const nowMs = performance.now();
    if (!standing.broken && this.#deaths.look(gone, nowMs)) {
      logger.warn({ workers: this.#deaths.dead() }, 'Workers have died: their sessions are taken over');
      this.#claiming?.poke();
    }
    if (nowMs - this.#prunedMs < PRUNE_EVERY_MS) return;
    this.#prunedMs = nowMs;
    const pruned = await pruneWorkers(database.pool, this.#options.network);
    if (pruned.length > 0) logger.info({ workers: pruned }, 'Workers that are gone for good were forgotten');
  }

  /** One part of what is to be given away, and on until it has arrived. */
  async #give(signal: AbortSignal): Promise<void> {
    do {
      if (!this.#lifeline.standing) return;
      const surplus = this.#admission.surplus(this.#sessions.size);
      if (this.#drainRequested) await this.#handOvers.empty('operator');
      else if (surplus === 0) await this.#handOvers.rebalance();
      else if (await this.#handOvers.shed(surplus)) this.#admission.shed();
      if (!this.#handOvers.busy) return;
      await delay(HAND_OVER_EVERY_MS, undefined, { signal }).catch(() => undefined);
    } while (!signal.aborted);
  }

  /** The others may take this worker for dead: until it stands again and the leases are renewed, none may act. */
  #onLifelineBroken(): void {
    this.#shared.metrics.lifelineBroke();
    this.#shared.logger.warn({ sessions: this.#sessions.size }, 'Lifeline lost: nothing is sent until it is back');
    this.#deaths.forget();
  }

  #onLifelineMended(): void {
    this.#shared.logger.info({}, 'Lifeline back');
    this.#renew().catch((error: unknown) => this.#shared.logger.warn({ err: error }, 'The leases were not renewed'));
  }

  #claimSoon(): void {
    if (this.#nextClaim || this.#draining) return;
    const claim = () => {
      this.#nextClaim = undefined;
      this.#claiming?.poke();
    };
    this.#nextClaim = setTimeout(claim, Math.random() * NEXT_CLAIM_JITTER_MS);
  }

  #onClaimNudge(data: unknown): void {
    const { data: meant } = claimNudgeSchema.safeParse(data);
    if (!meant) this.#claimSoon();
    else if (meant.to === this.#options.id) this.#accepting?.poke();
  }

  #onProfileNudge(subject: string): void {
    const profileId = subject.slice(subject.lastIndexOf('.') + 1);
    if (!this.#sessions.get(profileId)) return;
    this.#refresh([profileId]).catch((error: unknown) =>
      this.#shared.logger.warn({ err: error, profileId }, 'What is wanted could not be read'),
    );
  }

  async #refresh(profileIds: readonly string[]): Promise<void> {
    for (const profile of await describeOwned(this.#shared.database.pool, profileIds)) {
      this.#sessions.get(profile.profileId)?.supervisor.update(profile);
    }
  }
}
