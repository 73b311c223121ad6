import type { Bus, FactPayload, Stoppable } from '@multiwa/bus';
import { type HistorySettings, type Identity, profileSettingsSchema } from '@multiwa/contracts';
import type { OwnedProfile } from '@multiwa/db';
import {
  type ConnectionTrouble,
  type Disconnect,
  type Reaction,
  reactToDisconnect,
  type WatchdogLimits,
} from '@multiwa/domain';
import { GuardedFetchError, UnreadableError } from '@multiwa/runtime';
import type { Connection, ConnectionCallbacks, Engine, Session } from '../engines/engine.js';
import type { HistoryImport } from '../history/history-import.js';
import type { Logger } from '../logger.js';
import type { ReceivedFiles } from '../media/received-files.js';
import type { ChatRunner } from '../outbound/chat-runner.js';
import type { CommandIntake } from '../outbound/command-intake.js';
import type { CommandRunner, SendingConnection } from '../outbound/command-runner.js';
import type { Slots } from '../slots.js';
import { answerQuestions } from './answers.js';
import type { Bell } from './bell.js';
import { Calls } from './calls.js';
import { countedSends } from './counted-sends.js';
import { type FactWays, factCallbacks } from './fact-callbacks.js';
import type { HealthTeller } from './health-teller.js';
import type { HeldLease } from './held-lease.js';
import type { StatusTeller } from './status-teller.js';
import type { Vitals } from './vitals.js';
import { Watchdog } from './watchdog.js';

export interface RunDependencies extends FactWays {
  engine: Engine;
  session: Session;
  held: HeldLease;
  status: StatusTeller;
  health: HealthTeller;
  vitals: Vitals;
  limits: WatchdogLimits;
  intake: CommandIntake;
  makeRunner(connection: SendingConnection): CommandRunner;
  makeChatRunner(connection: Pick<Connection, 'changeChat'>): ChatRunner;
  /** The chats whose presence the profile follows. */
  followed(): Promise<string[]>;
  call(fact: FactPayload<'call'>): Promise<void>;
  /** Of received messages. */
  files: Pick<ReceivedFiles, 'start' | 'stop' | 'again'>;
  /** What the phone has kept from before the link. */
  history: Pick<HistoryImport, 'start' | 'stop' | 'forget'>;
  bus: Pick<Bus, 'answer'>;
  /** Connections of this process that may be opening at the same time. */
  opening: Slots;
  /** The way to WhatsApp that the profile has chosen. @throws UnreadableError */
  proxyOf(profile: OwnedProfile): string | undefined;
  logger: Logger;
}

/** What is wanted, as it is at each moment; the bell rings when it changes. */
export interface Wishes {
  bell: Bell;
  profile(): OwnedProfile;
  draining(): boolean;
}

/** How one connection ended. `trouble`: the watchdog gave it up. */
export type Ending = { by: 'us' } | { by: 'logout' } | { by: 'other'; reaction: Reaction; trouble?: ConnectionTrouble };

/** The proxy of a connection, as it is stored and in plain. */
interface UsedProxy {
  sealed: OwnedProfile['proxy'];
  readonly url: string | undefined;
}

export function isSameSealed(one: OwnedProfile['proxy'], other: OwnedProfile['proxy']): boolean {
  if (!one || !other) return one === other;
  return Buffer.compare(one.ciphertext, other.ciphertext) === 0;
}

const LEASE_CHECK_MS = 200;
/** The library's own code for a silence that it noticed before the watchdog did. */
const SILENCE_CODE = 408;

/** One connection of a supervised profile, from before its opening to its end. */
export class ConnectionRun {
  readonly #dependencies: RunDependencies;
  readonly #wishes: Wishes;
  #connection: Connection | undefined;
  #calls: Calls | undefined;
  #disconnect: Disconnect | undefined;
  #trouble: ConnectionTrouble | undefined;
  #isOpen = false;
  #hasQr = false;

  constructor(dependencies: RunDependencies, wishes: Wishes) {
    this.#dependencies = dependencies;
    this.#wishes = wishes;
  }

  /** Another worker has the profile: the socket goes at once. */
  lose(): void {
    void this.#connection?.close();
  }

  async run(): Promise<Ending> {
    const { engine, session, held, opening, intake, vitals, proxyOf, logger } = this.#dependencies;
    const release = await opening.take();
    await this.#untilSure();
    if (this.#isLeaving()) {
      release();
      return { by: 'us' };
    }
    let answers: Stoppable | undefined;
    let watchdog: Watchdog | undefined;
    let connection: Connection | undefined;
    vitals.began();
    try {
      const { proxy } = this.#wishes.profile();
      const proxyUrl = proxyOf(this.#wishes.profile());
      const fullHistory = this.#historySettings().mode === 'FULL';
      connection = await engine.open(session, this.#callbacks(release), { proxyUrl, fullHistory });
      this.#connection = connection;
      answers = this.#answer(connection);
      watchdog = this.#watchdog(connection);
      return await this.#hold(connection, { sealed: proxy, url: proxyUrl });
    } catch (error) {
      return this.#failed(error);
    } finally {
      release();
      watchdog?.stop();
      answers?.stop();
      this.#connection = undefined;
      this.#dependencies.files.stop();
      this.#dependencies.history.stop();
      // Nothing is left of one that was not closed in order.
      connection?.destroy();
      const stopped = intake.stop();
      if (!held.lost) await stopped;
      else stopped.catch((error: unknown) => logger.warn({ err: error }, 'Commands were not given back'));
    }
  }

  /** Holds the connection until it ends, or until something else is wanted. */
  async #hold(connection: Connection, proxy: UsedProxy): Promise<Ending> {
    const { held, intake } = this.#dependencies;
    for (;;) {
      const profile = this.#wishes.profile();
      const { desiredState } = profile;
      if (held.lost) {
        await connection.close();
        return { by: 'us' };
      }
      if (this.#disconnect) return this.#ended(this.#disconnect);
      const isUnwanted = this.#wishes.draining() || desiredState === 'DISCONNECTED';
      if (isUnwanted || (desiredState === 'CONNECTED' && this.#isProxyChanged(profile, proxy))) {
        await intake.stop();
        await connection.rest();
        await connection.close();
        return { by: 'us' };
      }
      if (desiredState === 'LOGGED_OUT' && (this.#isOpen || this.#hasQr)) {
        await intake.stop();
        // Before it is linked there is nothing to log out of.
        if (this.#isOpen) await connection.logout();
        else await connection.close();
        return { by: 'logout' };
      }
      await this.#wishes.bell.wait();
    }
  }

  #isProxyChanged(profile: OwnedProfile, used: UsedProxy): boolean {
    if (isSameSealed(profile.proxy, used.sealed)) return false;
    try {
      used.sealed = profile.proxy;
      return this.#dependencies.proxyOf(profile) !== used.url;
    } catch (error) {
      // The next connection cannot do without it; this one is open.
      this.#dependencies.logger.warn({ err: error }, 'The new proxy cannot be opened yet');
      return false;
    }
  }

  #ended(disconnect: Disconnect): Ending {
    const silent = this.#isOpen && disconnect.code === SILENCE_CODE && disconnect.linked;
    const trouble = this.#trouble ?? (silent ? 'unresponsive' : undefined);
    if (!trouble) return { by: 'other', reaction: reactToDisconnect(disconnect) };
    const reaction: Reaction = { action: 'reconnect', when: 'backoff', reason: 'unresponsive', confirmOwner: false };
    return { by: 'other', reaction, trouble };
  }

  /** A socket is opened only by a sure owner; also after a freeze, or while the database is away. */
  async #untilSure(): Promise<void> {
    while (!this.#isLeaving() && !this.#dependencies.held.mayAct()) await this.#wishes.bell.wait(LEASE_CHECK_MS);
  }

  #isLeaving(): boolean {
    return this.#wishes.draining() || this.#dependencies.held.lost;
  }

  #callbacks(release: () => void): ConnectionCallbacks {
    const { status, health, vitals } = this.#dependencies;
    const { bell } = this.#wishes;
    return {
      ...factCallbacks(this.#dependencies, () => this.#wishes.profile()),
      qr: (text, expiresAt) => {
        this.#hasQr = true;
        vitals.answers();
        release();
        status.tellSoon({ status: 'QR_READY', reason: null, qr: { text, expiresAt: expiresAt.toISOString() } });
      },
      opened: (self) => {
        release();
        this.#onOpened(self);
        bell.ring();
      },
      call: (seen) => void this.#calls?.seen(seen),
      heard: (what) => vitals.heard(what),
      restricted: (kind, restriction) => health.restricted(kind, restriction),
      closed: (cause) => {
        vitals.ended();
        this.#disconnect = cause;
        bell.ring();
      },
    };
  }

  #onOpened(self: Identity): void {
    const { status, health, vitals, intake, makeRunner, makeChatRunner, logger } = this.#dependencies;
    this.#isOpen = true;
    vitals.opened();
    status.tellSoon({ status: 'CONNECTED', reason: null, self });
    health.opened();
    logger.info({ self }, 'Connection open');
    const connection = this.#connection;
    if (connection) void this.#followAgain(connection);
    if (connection && this.#wishes.profile().desiredState === 'CONNECTED') {
      intake.start(
        () => makeRunner(countedSends(connection, vitals)),
        () => makeChatRunner(connection),
      );
      this.#dependencies.files.start(connection);
      this.#dependencies.history.start(connection.history, () => this.#historySettings());
    }
  }

  #historySettings(): HistorySettings {
    return profileSettingsSchema.parse(this.#wishes.profile().settings).historySync;
  }

  #watchdog(connection: Connection): Watchdog {
    const { limits, vitals, health, logger } = this.#dependencies;
    return new Watchdog({
      limits,
      vitals,
      probe: () => {
        logger.info({ quietMs: limits.quietMs }, 'Nothing came in for a while: WhatsApp is asked for a sign of life');
        connection.probe();
      },
      giveUp: (trouble) => {
        this.#trouble = trouble;
        logger.warn({ trouble, isOpen: this.#isOpen }, 'The connection is given up: nothing comes through');
        if (this.#isOpen) health.troubled(trouble);
        connection.destroy();
      },
      onLook: () => {
        if (this.#isOpen && health.isRestrictionDue()) connection.askRestriction();
      },
    });
  }

  /** Opening or logging out did not work: tried again later. */
  #failed(error: unknown): Ending {
    const unreadable = error instanceof UnreadableError;
    this.#dependencies.logger.error({ err: error }, 'The connection could not be opened or closed in order');
    const isProxy = error instanceof GuardedFetchError;
    const reason = unreadable ? 'credentials_unreadable' : isProxy ? 'proxy_unreachable' : 'connection_lost';
    const when = unreadable ? 'slow' : 'backoff';
    return { by: 'other', reaction: { action: 'reconnect', when, reason, confirmOwner: false } };
  }

  /** Answers what is asked of the connection, until it ends. */
  #answer(connection: Connection): Stoppable {
    const { bus, engine, files, call, logger } = this.#dependencies;
    const calls = new Calls({ connection, profile: () => this.#wishes.profile(), say: call, logger });
    this.#calls = calls;
    const { profileId } = this.#wishes.profile();
    const isOpen = () => this.#isOpen && !this.#disconnect;
    return answerQuestions({ bus, profileId, engine, connection, calls, files, isOpen });
  }

  /** WhatsApp forgets with each connection whose presence it was asked for. */
  async #followAgain(connection: Connection): Promise<void> {
    const { followed, logger } = this.#dependencies;
    try {
      for (const chat of await followed()) await connection.followPresence(chat, true);
    } catch (error) {
      logger.info({ detail: String(error) }, 'Presence is not followed on this connection');
    }
  }
}
