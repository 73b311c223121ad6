import type { LiveSession, StatusReason } from '@multiwa/contracts';
import { timing } from '@multiwa/contracts';
import type { OwnedProfile } from '@multiwa/db';
import { isHandOverDue, type Reaction } from '@multiwa/domain';
import { backoff } from '@multiwa/runtime';
import { Bell } from './bell.js';
import { ConnectionRun, type Ending, isSameSealed, type RunDependencies, type Wishes } from './connection-run.js';

interface Dependencies extends RunDependencies {
  workerId: string;
  replayJournal(): Promise<unknown>;
  onReconnect(reason: StatusReason): void;
  /** Renews the worker's leases now, so that a lost one is known before it reconnects. */
  confirmOwner(): Promise<void>;
  /** Begins to hand the profile over to another worker; false when none has room. */
  handOver(): Promise<boolean>;
  /** Estimate of what a session costs this process, in kilobytes. */
  memoryKb(): number;
}

/**
 * The one authority over a profile's connection while this worker owns its lease. It works towards what is wanted, whatever
 * happens, and ends (`run` resolves) when nothing is to be held any more, when the worker drains, when another worker should
 * try, or when the lease is lost.
 */
export class SessionSupervisor implements Wishes {
  readonly bell = new Bell();
  readonly #dependencies: Dependencies;
  #profile: OwnedProfile;
  #draining = false;
  #attempt = 0;
  #recycledMs: number[] = [];
  #isHandedOver = false;
  #running: ConnectionRun | undefined;

  constructor(dependencies: Dependencies, profile: OwnedProfile) {
    this.#dependencies = dependencies;
    this.#profile = profile;
  }

  profile(): OwnedProfile {
    return this.#profile;
  }

  draining(): boolean {
    return this.#draining;
  }

  /** What is wanted may have changed. */
  update(profile: OwnedProfile): void {
    this.#profile = profile;
    this.bell.ring();
  }

  /** Another worker has the profile: close at once, say nothing more. */
  lose(): void {
    this.#dependencies.held.lose();
    this.#dependencies.status.silence();
    this.#running?.lose();
    this.bell.ring();
  }

  /** Finish what is being sent, close, and end. */
  drain(): void {
    this.#draining = true;
    this.bell.ring();
  }

  /** For how long nothing was sent or received, in milliseconds. */
  idleForMs(): number {
    return this.#dependencies.vitals.idleForMs();
  }

  /** The session is no longer here. */
  gone(): void {
    this.#dependencies.status.gone();
  }

  async run(): Promise<void> {
    const { bus, replayJournal } = this.#dependencies;
    const answer = bus.answer('session', this.#profile.profileId, async () => this.#live());
    try {
      await replayJournal();
      await this.#work();
    } finally {
      answer.stop();
    }
  }

  async #work(): Promise<void> {
    const { status, health, session } = this.#dependencies;
    let reason: StatusReason | null = null;
    while (!this.#isLeaving()) {
      if (this.#profile.desiredState === 'DISCONNECTED') {
        await status.tell({ status: 'DISCONNECTED', reason: 'requested' });
        return;
      }
      if (this.#profile.desiredState === 'LOGGED_OUT' && !(await this.#isLinked())) {
        // Nobody claims it any more, so there is nothing to wait for.
        await status.tell({ status: 'DISCONNECTED', reason: 'logged_out', settled: true });
        return;
      }
      status.tellSoon({ status: shownWhile(reason), reason });
      const ending = await this.#connect();
      if (ending.by === 'logout') {
        this.#dependencies.history.forget();
        await session.store.forget();
        status.setHealth(health.unlinked());
      } else if (ending.by === 'other' && !this.#isLeaving()) reason = await this.#react(ending);
      else reason = null;
    }
    if (this.#dependencies.held.lost) return;
    if (this.#isHandedOver) await status.tell({ status: 'CONNECTING', reason: 'handed_over' });
    else if (this.#draining) await status.tell({ status: 'CONNECTING', reason: 'worker_lost' });
  }

  async #connect(): Promise<Ending> {
    const { vitals } = this.#dependencies;
    this.#running = new ConnectionRun(this.#dependencies, this);
    try {
      return await this.#running.run();
    } finally {
      this.#running = undefined;
      // One that closes right after it opened goes on with the longer pauses.
      if (vitals.lastOpenForMs() >= timing.reconnect.stableMs) this.#attempt = 0;
    }
  }

  async #isLinked(): Promise<boolean> {
    return (await this.#dependencies.session.store.loadCredential()) !== undefined;
  }

  /** @returns why the next connection is opened */
  async #react({ reaction, trouble }: Extract<Ending, { by: 'other' }>): Promise<StatusReason | null> {
    const { session, status, health, vitals, logger, onReconnect } = this.#dependencies;
    logger.info({ ...reaction, trouble, attempt: this.#attempt }, 'Connection ended');
    if (reaction.action === 'reconnect') {
      const { reason } = reaction;
      vitals.reconnects += 1;
      onReconnect(reason);
      if (trouble) await this.#onRecycled();
      if (this.#isLeaving()) return reason;
      status.tellSoon({ status: shownWhile(reason), reason });
      await this.#pause(reaction);
      return reason;
    }
    if (reaction.forget) {
      this.#dependencies.history.forget();
      await session.store.forget();
      status.setHealth(health.unlinked());
    }
    if (this.#profile.desiredState !== 'LOGGED_OUT') await this.#settle(reaction.reason);
    return null;
  }

  /** Where one connection after the other goes deaf, the fault may be of this worker or its way to WhatsApp. */
  async #onRecycled(): Promise<void> {
    const { vitals, limits, handOver, logger } = this.#dependencies;
    const nowMs = performance.now();
    vitals.recycles += 1;
    this.#recycledMs = [...this.#recycledMs, nowMs].slice(-limits.recyclesBeforeHandOver);
    if (!isHandOverDue(this.#recycledMs, limits, nowMs)) return;
    this.#isHandedOver = await handOver().catch(() => false);
    logger.warn(
      { recycles: vitals.recycles, handedOver: this.#isHandedOver },
      'Connections go deaf again and again here',
    );
  }

  #isLeaving(): boolean {
    return this.#draining || this.#isHandedOver || this.#dependencies.held.lost;
  }

  /**
   * Says that the engine has given up by itself, and waits until that is known and something is wanted anew: a lease given
   * back sooner would be claimed at once by a worker that does not know.
   */
  async #settle(reason: StatusReason): Promise<void> {
    const { status } = this.#dependencies;
    const { generation, step } = await status.tell({ status: 'DISCONNECTED', reason, settled: true });
    const isKnown = () => {
      const { statusGeneration, statusStep } = this.#profile;
      return statusGeneration > generation || (statusGeneration === generation && statusStep >= step);
    };
    while (!this.#isLeaving() && !isKnown()) await this.bell.wait();
    this.#attempt = 0;
  }

  /** Waits before a reconnection, cut short when something else is wanted. */
  async #pause(reaction: Extract<Reaction, { action: 'reconnect' }>): Promise<void> {
    if (reaction.confirmOwner) await this.#dependencies.confirmOwner();
    if (reaction.when === 'now' || this.#isLeaving()) return;
    const { firstMs, maxMs } = timing.reconnect;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const waitMs = reaction.when === 'slow' ? maxMs : backoff({ firstMs, maxMs, attempt });
    const until = performance.now() + waitMs;
    const before = this.#profile;
    while (!this.#isLeaving() && wantsTheSame(this.#profile, before) && performance.now() < until) {
      await this.bell.wait(until - performance.now());
    }
  }

  #live(): LiveSession {
    const { workerId, held, status, vitals, memoryKb } = this.#dependencies;
    const { generation } = held.lease;
    return { workerId, generation, status: status.status, ...vitals.view(), memoryKb: memoryKb() };
  }
}

/** What the profile is called while it waits for the next attempt. */
function shownWhile(reason: StatusReason | null) {
  return reason === 'credentials_unreadable' ? ('DISCONNECTED' as const) : ('CONNECTING' as const);
}

function wantsTheSame(now: OwnedProfile, before: OwnedProfile): boolean {
  return isSameSealed(now.proxy, before.proxy) && now.desiredState === before.desiredState;
}
