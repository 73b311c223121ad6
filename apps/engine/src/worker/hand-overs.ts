import { timing } from '@multiwa/contracts';
import { type Database, findArrived, type Lease, type NetworkLoad } from '@multiwa/db';
import {
  type HandOverWidth,
  type Load,
  mostRoom,
  narrowest,
  planTransfers,
  type Transfer,
  widthAfter,
} from '@multiwa/domain';
import type { Logger } from '../logger.js';
import type { EngineMetrics } from '../metrics.js';
import type { Owned, OwnedSessions } from './owned-sessions.js';

export type HandOverCause = 'drain' | 'operator' | 'rebalance' | 'memory';

interface Dependencies {
  workerId: string;
  database: Pick<Database, 'pool'>;
  sessions: OwnedSessions;
  /** What the workers carry. @throws while the lifeline is broken */
  load(): Promise<NetworkLoad>;
  metrics: Pick<EngineMetrics, 'handOver' | 'handedOver'>;
  logger: Logger;
}

interface UnderWay {
  lease: Lease;
  to: string;
  /** When the session was closed here and the lease offered. */
  endedMs: number | undefined;
}

/** Offered for this long and still not opened: whoever has it by now, it holds up no other. */
const ARRIVE_TIMEOUT_MS = timing.lease.offerMs + 1_000;

/**
 * Hands sessions over to workers with room, as many at a time as those open without one waiting for the other; the rest is
 * served until its turn.
 * Level-triggered: each round reads how things stand and does the next part of the plan.
 */
export class HandOvers {
  readonly #dependencies: Dependencies;
  readonly #underWay = new Map<string, UnderWay>();
  /** How many each receiver opens at a time. */
  readonly #widths = new Map<string, HandOverWidth>();
  /** Some of what is above the share was given away, and not yet all. */
  #rebalancing = false;
  /** Rebalancing: when the next one may begin. */
  #nextAtMs = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether something was begun that has not arrived. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Empties the worker as far as others have room. @returns whether anybody has */
  async empty(cause: 'drain' | 'operator'): Promise<boolean> {
    const { workerId } = this.#dependencies;
    const { loads, wanted } = await this.#look();
    const asLeaving = loads.map((load) => (load.id === workerId ? { ...load, leaving: true } : load));
    this.#carryOut(planTransfers(asLeaving, wanted), cause);
    return mostRoom(loads, workerId) !== undefined;
  }

  /** Gives away what is above the worker's share, while others are below theirs. */
  async rebalance(): Promise<void> {
    const { loads, wanted } = await this.#look();
    const plan = planTransfers(loads, wanted, this.#rebalancing);
    this.#rebalancing = plan.some(({ from }) => from === this.#dependencies.workerId);
    // The rows say it at once, the worker's own heartbeat a moment later.
    const isLeaving = loads.some(({ id, leaving }) => id === this.#dependencies.workerId && leaving);
    this.#carryOut(plan, isLeaving ? 'operator' : 'rebalance');
  }

  /** Gives so many away, to whoever has the most room. @returns whether anybody has */
  async shed(count: number): Promise<boolean> {
    const { loads } = await this.#look();
    const to = mostRoom(loads, this.#dependencies.workerId);
    if (to !== undefined) this.#begin(to, count, this.#widthOf(to).atOnce, 'memory');
    return to !== undefined;
  }

  /** How things stand, with what is under way counted as done. */
  async #look(): Promise<{ loads: Load[]; wanted: number }> {
    const { workerId, load } = this.#dependencies;
    await this.#settle();
    const { workers, wanted } = await load();
    for (const to of this.#widths.keys()) if (!workers.some(({ id }) => id === to)) this.#widths.delete(to);
    const going = [...this.#underWay.values()].filter(({ endedMs }) => endedMs === undefined);
    const loads = workers.map((each) => {
      const change = each.id === workerId ? -going.length : going.filter(({ to }) => to === each.id).length;
      return { ...each, sessions: each.sessions + change };
    });
    return { loads, wanted };
  }

  /** Takes out what has arrived. */
  async #settle(): Promise<void> {
    const { database, metrics, logger } = this.#dependencies;
    const nowMs = performance.now();
    const ended = [...this.#underWay.values()].filter(({ endedMs }) => endedMs !== undefined);
    const arrived = new Set(
      await findArrived(
        database.pool,
        ended.map(({ lease }) => lease),
      ),
    );
    for (const { lease, to, endedMs = nowMs } of ended) {
      const tookMs = nowMs - endedMs;
      if (arrived.has(lease.profileId)) {
        metrics.handedOver(tookMs / 1_000);
        this.#widths.set(to, widthAfter(this.#widthOf(to), tookMs, timing.lease.handOversAtOnce));
      } else if (tookMs < ARRIVE_TIMEOUT_MS) continue;
      else logger.warn({ ...lease, to }, 'A session handed over is not open yet at another worker');
      this.#underWay.delete(lease.profileId);
    }
  }

  #widthOf(to: string): HandOverWidth {
    return this.#widths.get(to) ?? narrowest;
  }

  /** This worker's part of a plan, as far as it may begin now. */
  #carryOut(plan: readonly Transfer[], cause: HandOverCause): void {
    for (const { from, to, count } of plan) {
      if (from !== this.#dependencies.workerId) continue;
      if (cause === 'rebalance' && !isFirst(from, to, plan)) continue;
      const { atOnce } = this.#widthOf(to);
      const most = cause === 'rebalance' ? Math.min(count, this.#allowance()) : count;
      this.#begin(to, most, atOnce, cause);
    }
  }

  #allowance(): number {
    const everyMs = 1_000 / timing.lease.rebalancePerSecond;
    // Unused allowance is not saved up for longer than a second.
    this.#nextAtMs = Math.max(this.#nextAtMs, performance.now() - 1_000);
    return Math.floor((performance.now() - this.#nextAtMs) / everyMs);
  }

  #begin(to: string, count: number, atOnce: number, cause: HandOverCause): void {
    const { metrics, logger } = this.#dependencies;
    const underWay = [...this.#underWay.values()].filter((each) => each.to === to).length;
    const chosen = this.#candidates().slice(0, Math.max(0, Math.min(count, atOnce - underWay)));
    if (chosen.length > 0) logger.info({ to, count: chosen.length, cause }, 'Handing sessions over');
    for (const owned of chosen) {
      metrics.handOver(cause);
      if (cause === 'rebalance') this.#nextAtMs += 1_000 / timing.lease.rebalancePerSecond;
      void this.#handOver(owned, to);
    }
  }

  async #handOver(owned: Owned, to: string): Promise<void> {
    const { lease } = owned.held;
    const underWay: UnderWay = { lease, to, endedMs: undefined };
    this.#underWay.set(lease.profileId, underWay);
    await this.#dependencies.sessions.end(owned, to);
    underWay.endedMs = performance.now();
    if (owned.held.lost) this.#underWay.delete(lease.profileId);
  }

  /** Those that rest the longest come first. */
  #candidates(): Owned[] {
    const here = this.#dependencies.sessions.all().filter(({ leaving, held }) => !leaving && !held.lost);
    return here
      .map((owned) => ({ owned, idleMs: owned.supervisor.idleForMs() }))
      .sort((a, b) => b.idleMs - a.idleMs)
      .map(({ owned }) => owned);
  }
}

/** Who gets sessions from several at a time opens them all later, above all one that has just started: they take turns. */
function isFirst(from: string, to: string, plan: readonly Transfer[]): boolean {
  return plan.every((other) => other.to !== to || from <= other.from);
}
