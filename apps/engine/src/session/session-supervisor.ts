import type { Bus, FactPayload, Stoppable } from '@multiwa/bus';
import { CodedError, type Identity, type StatusReason, timing } from '@multiwa/contracts';
import type { OwnedProfile } from '@multiwa/db';
import { type Disconnect, type Reaction, reactToDisconnect } from '@multiwa/domain';
import { backoff, UnreadableError } from '@multiwa/runtime';
import type { Connection, Engine, Session } from '../engines/engine.js';
import type { Logger } from '../logger.js';
import type { CommandIntake } from '../outbound/command-intake.js';
import type { CommandRunner } from '../outbound/command-runner.js';
import type { Slots } from '../slots.js';
import { Bell } from './bell.js';
import type { HeldLease } from './held-lease.js';
import type { StatusTeller } from './status-teller.js';

interface Dependencies {
  engine: Engine;
  session: Session;
  held: HeldLease;
  status: StatusTeller;
  intake: CommandIntake;
  makeRunner(connection: Connection): CommandRunner;
  receipts(updates: FactPayload<'message-status'>[]): Promise<void>;
  replayJournal(): Promise<unknown>;
  bus: Pick<Bus, 'answer'>;
  /** Connections of this process that may be opening at the same time. */
  opening: Slots;
  logger: Logger;
  onReconnect(reason: StatusReason): void;
  /** Renews the worker's leases now, so that a lost one is known before it reconnects. */
  confirmOwner(): Promise<void>;
}

/** How one connection ended. */
type Ending = { by: 'us' } | { by: 'logout' } | { by: 'other'; reaction: Reaction };

const LEASE_CHECK_MS = 200;

/**
 * The one authority over a profile's connection while this worker owns its lease. It works towards what is wanted, whatever
 * happens, and ends (`run` resolves) when nothing is to be held any more, when the worker drains, or when the lease is lost.
 */
export class SessionSupervisor {
  readonly #dependencies: Dependencies;
  readonly #bell = new Bell();
  #profile: OwnedProfile;
  #draining = false;
  #attempt = 0;
  #connection: Connection | undefined;

  constructor(dependencies: Dependencies, profile: OwnedProfile) {
    this.#dependencies = dependencies;
    this.#profile = profile;
  }

  /** What is wanted may have changed. */
  update(profile: OwnedProfile): void {
    this.#profile = profile;
    this.#bell.ring();
  }

  /** Another worker has the profile: close at once, say nothing more. */
  lose(): void {
    this.#dependencies.held.lose();
    this.#dependencies.status.silence();
    void this.#connection?.close();
    this.#bell.ring();
  }

  /** Finish what is being sent, close, and end. */
  drain(): void {
    this.#draining = true;
    this.#bell.ring();
  }

  /** For how long nothing was sent or received, in milliseconds. */
  idleForMs(): number {
    return 0;
  }

  /** The session is no longer here. */
  gone(): void {
    this.#dependencies.status.gone();
  }

  async run(): Promise<void> {
    const { replayJournal, status } = this.#dependencies;
    await replayJournal();
    let reason: StatusReason | null = null;
    while (!this.#leaving()) {
      if (this.#profile.desiredState === 'DISCONNECTED') {
        await status.tell({ status: 'DISCONNECTED', reason: 'requested' });
        return;
      }
      if (this.#profile.desiredState === 'LOGGED_OUT' && !(await this.#isLinked())) {
        // Nobody claims it any more, so there is nothing to wait for.
        await status.tell({ status: 'DISCONNECTED', reason: 'logged_out', settled: true });
        return;
      }
      status.tellSoon({ status: reason === 'credentials_unreadable' ? 'DISCONNECTED' : 'CONNECTING', reason });
      const ending = await this.#connect();
      if (ending.by === 'logout') await this.#dependencies.session.store.forget();
      else if (ending.by === 'other' && !this.#leaving()) reason = await this.#react(ending.reaction);
    }
    if (this.#draining && !this.#dependencies.held.lost) {
      await status.tell({ status: 'CONNECTING', reason: 'worker_lost' });
    }
  }

  async #isLinked(): Promise<boolean> {
    return (await this.#dependencies.session.store.loadCredential()) !== undefined;
  }

  /** @returns why the next connection is opened */
  async #react(reaction: Reaction): Promise<StatusReason | null> {
    const { session, status, logger, onReconnect } = this.#dependencies;
    logger.info({ ...reaction, attempt: this.#attempt }, 'Connection ended');
    if (reaction.action === 'reconnect') {
      const { reason } = reaction;
      onReconnect(reason);
      status.tellSoon({ status: reason === 'credentials_unreadable' ? 'DISCONNECTED' : 'CONNECTING', reason });
      await this.#pause(reaction);
      return reason;
    }
    if (reaction.forget) await session.store.forget();
    if (this.#profile.desiredState !== 'LOGGED_OUT') await this.#settle(reaction.reason);
    return null;
  }

  #leaving(): boolean {
    return this.#draining || this.#dependencies.held.lost;
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
    while (!this.#leaving() && !isKnown()) await this.#bell.wait();
    this.#attempt = 0;
  }

  /** Waits before a reconnection, cut short when something else is wanted. */
  async #pause(reaction: Extract<Reaction, { action: 'reconnect' }>): Promise<void> {
    if (reaction.confirmOwner) await this.#dependencies.confirmOwner();
    if (reaction.when === 'now' || this.#leaving()) return;
    const { firstMs, maxMs } = timing.reconnect;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const waitMs = reaction.when === 'slow' ? maxMs : backoff({ firstMs, maxMs, attempt });
    const until = performance.now() + waitMs;
    const { desiredState } = this.#profile;
    while (!this.#leaving() && this.#profile.desiredState === desiredState && performance.now() < until) {
      await this.#bell.wait(until - performance.now());
    }
  }

  /** A socket is opened only by a sure owner; also after a freeze, or while the database is away. */
  async #untilSure(): Promise<void> {
    while (!this.#leaving() && !this.#dependencies.held.mayAct()) await this.#bell.wait(LEASE_CHECK_MS);
  }

  /** One connection, from opening it to its end. */
  async #connect(): Promise<Ending> {
    const { engine, session, opening, status, intake, makeRunner, logger } = this.#dependencies;
    const release = await opening.take();
    await this.#untilSure();
    let isOpen = false;
    let hasQr = false;
    let disconnect: Disconnect | undefined;
    if (this.#leaving()) {
      release();
      return { by: 'us' };
    }
    const answers: Stoppable[] = [];
    try {
      const connection = await engine.open(session, {
        qr: (text, expiresAt) => {
          hasQr = true;
          release();
          status.tellSoon({ status: 'QR_READY', reason: null, qr: { text, expiresAt: expiresAt.toISOString() } });
        },
        opened: (self) => {
          isOpen = true;
          this.#attempt = 0;
          release();
          this.#onOpened(self);
          if (this.#profile.desiredState === 'CONNECTED') intake.start(() => makeRunner(connection));
          this.#bell.ring();
        },
        receipts: (updates) => this.#onReceipts(updates),
        closed: (cause) => {
          disconnect = cause;
          this.#bell.ring();
        },
      });
      this.#connection = connection;
      answers.push(this.#answerPairing(connection));
      for (;;) {
        if (this.#dependencies.held.lost) {
          await connection.close();
          return { by: 'us' };
        }
        if (disconnect) return { by: 'other', reaction: reactToDisconnect(disconnect) };
        const { desiredState } = this.#profile;
        if (this.#draining || desiredState === 'DISCONNECTED') {
          await intake.stop();
          await connection.rest();
          await connection.close();
          return { by: 'us' };
        }
        if (desiredState === 'LOGGED_OUT' && (isOpen || hasQr)) {
          await intake.stop();
          // Before it is linked there is nothing to log out of.
          if (isOpen) await connection.logout();
          else await connection.close();
          return { by: 'logout' };
        }
        await this.#bell.wait();
      }
    } catch (error) {
      return this.#failed(error);
    } finally {
      release();
      this.#connection = undefined;
      for (const answer of answers) answer.stop();
      const stopped = intake.stop();
      if (!this.#dependencies.held.lost) await stopped;
      else stopped.catch((error: unknown) => logger.warn({ err: error }, 'Commands were not given back'));
    }
  }

  /** Opening or logging out did not work: tried again later. */
  #failed(error: unknown): Ending {
    const unreadable = error instanceof UnreadableError;
    this.#dependencies.logger.error({ err: error }, 'The connection could not be opened or closed in order');
    const reason = unreadable ? 'credentials_unreadable' : 'connection_lost';
    const when = unreadable ? 'slow' : 'backoff';
    return { by: 'other', reaction: { action: 'reconnect', when, reason, confirmOwner: false } };
  }

  #onOpened(self: Identity): void {
    this.#dependencies.status.tellSoon({ status: 'CONNECTED', reason: null, self });
    this.#dependencies.logger.info({ self }, 'Connection open');
  }

  async #onReceipts(
    updates: readonly { waMessageId: string; chat: string; status: 'DELIVERED' | 'READ' | 'PLAYED'; at: Date }[],
  ): Promise<void> {
    const { profileId, workspaceId } = this.#profile;
    await this.#dependencies.receipts(
      updates.map(({ at, ...update }) => ({
        ...update,
        profileId,
        workspaceId,
        messageId: null,
        at: at.toISOString(),
        failure: null,
      })),
    );
  }

  #answerPairing(connection: Connection): Stoppable {
    const { bus, engine } = this.#dependencies;
    return bus.answer('pairing-code', this.#profile.profileId, async ({ phone }) => {
      if (!engine.capabilities.includes('link.code')) throw new CodedError('not_supported_by_engine');
      const { code, expiresAt } = await connection.requestPairingCode(phone);
      return { code, expiresAt: expiresAt.toISOString() };
    });
  }
}
