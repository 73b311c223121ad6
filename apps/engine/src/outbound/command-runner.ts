import { setMaxListeners } from 'node:events';
import type { BusMessage, FactPayload, HandlerResult } from '@multiwa/bus';
import { type SendCommand, timing } from '@multiwa/contracts';
import type { BeginVerdict, SendBegin, SendToBegin } from '@multiwa/db';
import { namesOfChat } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import { type Connection, ConnectionLostError, type SendOutcome } from '../engines/engine.js';
import { SilencedError } from '../facts/fact-outbox.js';
import { KeyedLock } from '../keyed-lock.js';
import type { Logger } from '../logger.js';
import type { RecentIds } from '../recent-ids.js';
import { Slots } from '../slots.js';

/** What sending needs of a connection. */
export type SendingConnection = Pick<Connection, 'send' | 'prepare' | 'showTyping'>;

interface Dependencies {
  connection: SendingConnection;
  /** Whether the lease is sure enough to send now. */
  mayAct(): boolean;
  /** Asked right before every attempt: may it be sent, and from now on neither be cancelled nor expire? */
  begin(send: SendToBegin): Promise<SendBegin>;
  say(fact: FactPayload<'message-status'>): Promise<void>;
  /** Messages whose outcome this owner has stored: their command comes again when its ack was lost. */
  concluded: RecentIds;
  at: PassPoint;
  logger: Logger;
  onOutcome(outcome: string): void;
}

/** Pause before the database, or the lease, is asked again. */
const ASK_AGAIN_MS = 200;
/** Handed back to a consumer that is about to be replaced; the next one gets it at once. */
const HANDED_BACK: HandlerResult = { retryInMs: 1_000 };

/** It is not to be sent (any more), and nothing is to be said of it. */
interface Dropped {
  kind: 'dropped';
  why: 'repeated' | 'taken_back';
}
/** What the database settled. */
type Begun = SendBegin & { verdict: Exclude<BeginVerdict, 'busy' | 'unknown'> };
const BUSY: SendBegin = { verdict: 'busy', expiresInSeconds: undefined };
/** Undefined: the end came first, or the connection was lost. */
type Attempt = SendOutcome | Dropped | undefined;

/**
 * Carries out the commands of one connection: one after another within a chat, in the order of the stream; different
 * chats side by side, up to timing.send.chatsAtOnce. A command is acked once WhatsApp's answer is a stored fact.
 */
export class CommandRunner {
  readonly #dependencies: Dependencies;
  readonly #chats = new KeyedLock();
  readonly #slots = new Slots(timing.send.chatsAtOnce);
  /** Files may take long: what uploads one holds no place among the chats that are sending. */
  readonly #uploads = new Slots(timing.media.uploadsPerProfile);
  readonly #ending = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    // One for each chat that pauses, which are as many as there are commands in hand.
    setMaxListeners(0, this.#ending.signal);
  }

  /** Begins nothing more; what has begun goes on until its outcome, or until the connection is lost. */
  end(): void {
    this.#ending.abort();
  }

  handle({ payload }: Pick<BusMessage<SendCommand>, 'payload'>): Promise<HandlerResult> {
    return this.#chats.run(payload.chat, () => this.#carryOut(payload));
  }

  async #carryOut(command: SendCommand): Promise<HandlerResult> {
    const { messageId } = command;
    const { concluded, logger } = this.#dependencies;
    if (concluded.has(messageId)) return this.#report(command, 'repeated', 0);
    if (!(await this.#type(command))) return HANDED_BACK;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(command);
      if (outcome === undefined) return HANDED_BACK;
      if (outcome.kind === 'dropped') return this.#report(command, outcome.why, attempt);
      if (outcome.kind !== 'retry') return this.#conclude(command, outcome, attempt);
      const pauseMs = timing.send.retryMs[attempt];
      if (pauseMs === undefined) {
        const { detail } = outcome;
        return this.#conclude(command, { kind: 'failed', code: 'attempts_exhausted', detail }, attempt);
      }
      logger.warn({ messageId, attempt, pauseMs, detail: outcome.detail }, 'Send is tried again');
      if (!(await this.#pause(pauseMs))) return HANDED_BACK;
    }
  }

  /**
   * Shows the chat that we type, for as long as the command says. Only this chat waits; a message that is taken back
   * meanwhile is not sent. False when the end came first.
   */
  async #type({ messageId, chat, typingMs, expiresAt }: SendCommand): Promise<boolean> {
    if (typingMs === undefined) return true;
    const { connection, mayAct, logger } = this.#dependencies;
    if (!mayAct()) return true;
    await connection.showTyping(chat, 'composing').catch((error: unknown) => {
      logger.info({ messageId, detail: String(error) }, 'Typing was not shown');
    });
    // Not beyond the time until which the message may be sent.
    const leftMs = expiresAt === undefined ? typingMs : Math.max(0, Date.parse(expiresAt) - Date.now());
    return this.#pause(Math.min(typingMs, leftMs));
  }

  /** A slot is held while something is being sent, not in the pauses between attempts: those delay their own chat only. */
  async #attempt(command: SendCommand): Promise<Attempt> {
    const { messageId, waMessageId, chat, content } = command;
    const { connection, logger } = this.#dependencies;
    const unprepared = await this.#prepare(command);
    if (unprepared !== 'prepared') return unprepared;
    const release = await this.#slots.take();
    try {
      const begun = await this.#begin(command);
      if (begun === undefined) return undefined;
      const { verdict, expiresInSeconds } = begun;
      if (verdict === 'over') return { kind: 'dropped', why: 'repeated' };
      if (verdict === 'taken_back') return { kind: 'dropped', why: 'taken_back' };
      if (verdict === 'expired' || verdict === 'opted_out') return { kind: 'failed', code: verdict, detail: null };
      return await connection.send({ waMessageId, chat, content, expiresInSeconds });
    } catch (error) {
      if (error instanceof ConnectionLostError) return undefined;
      logger.error({ err: error, messageId }, 'A send threw');
      return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      release();
    }
  }

  async #prepare({ messageId, chat, content }: SendCommand): Promise<Attempt | 'prepared'> {
    if (!('media' in content) && !('file' in content)) return 'prepared';
    const { connection, logger } = this.#dependencies;
    const release = await this.#uploads.take();
    try {
      if (this.#ending.signal.aborted) return undefined;
      return (await connection.prepare({ chat, content })) ?? 'prepared';
    } catch (error) {
      if (error instanceof ConnectionLostError) return undefined;
      logger.error({ err: error, messageId }, 'A send could not be prepared');
      return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
    } finally {
      release();
    }
  }

  /**
   * Asked last, right before the send. Waits here while the database is away or the lease unsure, since handing the
   * command back would let later ones of the chat overtake it; undefined when the end came first.
   */
  async #begin(command: SendCommand): Promise<Begun | undefined> {
    const { messageId, chat, acceptedAt, guarded } = command;
    const { begin, mayAct, logger } = this.#dependencies;
    const send = { messageId, acceptedAt: guarded ? new Date(acceptedAt) : null, to: namesOfChat(chat) };
    let pauseMs = 1;
    while (!this.#ending.signal.aborted) {
      try {
        const { verdict, expiresInSeconds } = mayAct() ? await begin(send) : BUSY;
        const settled = verdict === 'unknown' ? verdictOnUnknown(command) : verdict;
        if (this.#ending.signal.aborted) return undefined;
        // Asking took time: what is begun now but not sent is begun again, by this owner or the next.
        if (settled !== 'busy' && mayAct()) return { verdict: settled, expiresInSeconds };
      } catch (error) {
        logger.warn({ err: error, messageId }, 'A send cannot begin yet');
        pauseMs = ASK_AGAIN_MS;
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, ASK_AGAIN_MS);
    }
    return undefined;
  }

  async #conclude(
    command: SendCommand,
    outcome: Exclude<SendOutcome, { kind: 'retry' }>,
    attempt: number,
  ): Promise<HandlerResult> {
    const { messageId, waMessageId, profileId, workspaceId, chat } = command;
    const { say, concluded, at } = this.#dependencies;
    const sent = outcome.kind === 'sent';
    if (sent) at('send.after-ack');
    try {
      await say({
        messageId,
        waMessageId,
        profileId,
        workspaceId,
        chat,
        at: (sent ? outcome.at : new Date()).toISOString(),
        status: sent ? 'SENT' : 'FAILED',
        failure: sent ? null : { code: outcome.code, detail: outcome.detail },
        ...(sent && outcome.recipients !== undefined ? { recipients: outcome.recipients } : {}),
      });
    } catch (error) {
      if (error instanceof SilencedError) return HANDED_BACK;
      throw error;
    }
    if (sent) at('send.after-fact');
    concluded.add(messageId);
    return this.#report(command, sent ? 'sent' : outcome.code, attempt);
  }

  #report(command: SendCommand, outcome: string, attempt: number): HandlerResult {
    const { messageId, waMessageId, chat, acceptedAt } = command;
    const waitedMs = Date.now() - Date.parse(acceptedAt);
    this.#dependencies.onOutcome(outcome);
    this.#dependencies.logger.info(
      { messageId, waMessageId, chat, outcome, attempts: attempt + 1, waitedMs },
      'Send ended',
    );
    return 'done';
  }

  /** False when the connection's end cut it short. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#ending;
    if (signal.aborted) return false;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal.addEventListener('abort', finish);
    });
    return !signal.aborted;
  }
}

/** A message that the database does not know cannot be cancelled; what is left is its time. */
function verdictOnUnknown({ guarded, expiresAt }: SendCommand): 'taken_back' | 'expired' | 'begun' {
  if (guarded) return 'taken_back';
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'begun';
}
