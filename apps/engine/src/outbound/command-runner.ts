import type { BusMessage, FactPayload, HandlerResult } from '@multiwa/bus';
import { type SendCommand, timing } from '@multiwa/contracts';
import type { BeginVerdict, SendBegin, SendToBegin } from '@multiwa/db';
import { namesOfChat } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import { type Connection, ConnectionLostError, type SendOutcome } from '../engines/engine.js';
import { KeyedLock } from '../keyed-lock.js';
import type { Logger } from '../logger.js';
import type { RecentIds } from '../recent-ids.js';
import { Slots } from '../slots.js';
import { HANDED_BACK, isSaid, Persistence, retryAfter } from './persistence.js';

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
  readonly #persistence = new Persistence();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins nothing more; what has begun goes on until its outcome, or until the connection is lost. */
  end(): void {
    this.#persistence.end();
  }

  handle({ payload }: Pick<BusMessage<SendCommand>, 'payload'>): Promise<HandlerResult> {
    return this.#chats.run(payload.chat, () => this.#carryOut(payload));
  }

  async #carryOut(command: SendCommand): Promise<HandlerResult> {
    const { messageId } = command;
    const { concluded, logger } = this.#dependencies;
    if (concluded.has(messageId)) return this.#report(command, 'repeated', 0);
    if (!(await this.#type(command))) return HANDED_BACK;
    const settled = await this.#persistence.settle(
      () => this.#attempt(command),
      (retry) => logger.warn({ messageId, ...retry }, 'Send is tried again'),
    );
    if (settled === undefined) return HANDED_BACK;
    const { outcome, attempt } = settled;
    if (outcome.kind === 'dropped') return this.#report(command, outcome.why, attempt);
    if (outcome.kind !== 'exhausted') return this.#conclude(command, outcome, attempt);
    const { detail } = outcome;
    return this.#conclude(command, { kind: 'failed', code: 'attempts_exhausted', detail }, attempt);
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
    return this.#persistence.pause(Math.min(typingMs, leftMs));
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
      return retryAfter(error);
    } finally {
      release();
    }
  }

  async #prepare({ messageId, chat, content }: SendCommand): Promise<Attempt | 'prepared'> {
    if (!('media' in content) && !('file' in content)) return 'prepared';
    const { connection, logger } = this.#dependencies;
    const release = await this.#uploads.take();
    try {
      if (this.#persistence.ended) return undefined;
      return (await connection.prepare({ chat, content })) ?? 'prepared';
    } catch (error) {
      if (error instanceof ConnectionLostError) return undefined;
      logger.error({ err: error, messageId }, 'A send could not be prepared');
      return retryAfter(error);
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
    while (!this.#persistence.ended) {
      try {
        const { verdict, expiresInSeconds } = mayAct() ? await begin(send) : BUSY;
        const settled = verdict === 'unknown' ? verdictOnUnknown(command) : verdict;
        if (this.#persistence.ended) return undefined;
        // Asking took time: what is begun now but not sent is begun again, by this owner or the next.
        if (settled !== 'busy' && mayAct()) return { verdict: settled, expiresInSeconds };
      } catch (error) {
        logger.warn({ err: error, messageId }, 'A send cannot begin yet');
        pauseMs = ASK_AGAIN_MS;
      }
      await this.#persistence.pause(pauseMs);
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
    const saying = say({
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
    if (!(await isSaid(saying))) return HANDED_BACK;
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
}

/** A message that the database does not know cannot be cancelled; what is left is its time. */
function verdictOnUnknown({ guarded, expiresAt }: SendCommand): 'taken_back' | 'expired' | 'begun' {
  if (guarded) return 'taken_back';
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'begun';
}
