import type { BusMessage, FactPayload, HandlerResult } from '@multiwa/bus';
import { type MessageStatus, type SendCommand, timing } from '@multiwa/contracts';
import type { MessageStanding } from '@multiwa/db';
import { type Connection, ConnectionLostError, type SendOutcome } from '../engines/engine.js';
import { SilencedError } from '../facts/fact-outbox.js';
import { KeyedLock } from '../keyed-lock.js';
import type { Logger } from '../logger.js';
import { Slots } from '../slots.js';

interface Dependencies {
  connection: Pick<Connection, 'send'>;
  /** Whether the lease is sure enough to send now. */
  mayAct(): boolean;
  standingOf(messageId: string): Promise<MessageStanding | undefined>;
  say(fact: FactPayload<'message-status'>): Promise<void>;
  logger: Logger;
  onOutcome(outcome: string): void;
  /** When this connection's consumer was made; older commands may have been carried out before. */
  since: Date;
}

/** A command accepted this long after the consumer was made is surely new, unless clocks are further apart. */
const CLOCK_SKEW_MS = 5_000;
/** Pause before the database, or the lease, is asked again. */
const ASK_AGAIN_MS = 200;
/** Handed back to a consumer that is about to be replaced; the next one gets it at once. */
const HANDED_BACK: HandlerResult = { retryInMs: 1_000 };
const waiting = new Set<MessageStatus | undefined>(['SCHEDULED', 'QUEUED', undefined]);

/**
 * Carries out the commands of one connection: one after another within a chat, in the order of the stream; different
 * chats side by side, up to timing.send.chatsAtOnce. A command is acked once WhatsApp's answer is a stored fact.
 */
export class CommandRunner {
  readonly #dependencies: Dependencies;
  readonly #chats = new KeyedLock();
  readonly #slots = new Slots(timing.send.chatsAtOnce);
  readonly #ending = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins nothing more; what has begun goes on until its outcome, or until the connection is lost. */
  end(): void {
    this.#ending.abort();
  }

  handle({ payload, redelivered }: Pick<BusMessage<SendCommand>, 'payload' | 'redelivered'>): Promise<HandlerResult> {
    return this.#chats.run(payload.chat, async () => {
      const release = await this.#slots.take();
      try {
        return await this.#carryOut(payload, redelivered);
      } finally {
        release();
      }
    });
  }

  async #carryOut(command: SendCommand, redelivered: boolean): Promise<HandlerResult> {
    const { since } = this.#dependencies;
    const isOlder = Date.parse(command.acceptedAt) < since.getTime() + CLOCK_SKEW_MS;
    const mayBeRepeated = redelivered || isOlder || command.repeated === true;
    if (mayBeRepeated) {
      const read = await this.#read(command.messageId);
      if (read === undefined) return HANDED_BACK;
      if (!waiting.has(read.standing?.status)) return this.#report(command, 'repeated', 0);
    }
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(command);
      if (outcome === undefined) return HANDED_BACK;
      if (outcome.kind === 'taken_back') return this.#report(command, outcome.kind, attempt);
      if (outcome.kind !== 'retry') return this.#conclude(command, outcome, attempt);
      const pauseMs = timing.send.retryMs[attempt];
      if (pauseMs === undefined) {
        const { detail } = outcome;
        return this.#conclude(command, { kind: 'failed', code: 'attempts_exhausted', detail }, attempt);
      }
      const { messageId } = command;
      this.#dependencies.logger.warn({ messageId, attempt, pauseMs, detail: outcome.detail }, 'Send is tried again');
      if (!(await this.#pause(pauseMs))) return HANDED_BACK;
    }
  }

  /**
   * How far the message has come. Waits here while the database is away, since handing the command back would let later
   * ones of the chat overtake it; undefined when the end came first.
   */
  async #read(messageId: string): Promise<{ standing: MessageStanding | undefined } | undefined> {
    const { standingOf, logger } = this.#dependencies;
    while (!this.#ending.signal.aborted) {
      try {
        return { standing: await standingOf(messageId) };
      } catch (error) {
        logger.warn({ err: error, messageId }, 'The status of a message cannot be read yet');
        await this.#pause(ASK_AGAIN_MS);
      }
    }
    return undefined;
  }

  /** Undefined when it did not come to an outcome: the end came first, or the connection was lost. */
  async #attempt(command: SendCommand): Promise<SendOutcome | { kind: 'taken_back' } | undefined> {
    const { messageId, waMessageId, chat, content, guarded } = command;
    const { connection, mayAct, logger } = this.#dependencies;
    do {
      while (!this.#ending.signal.aborted && !mayAct()) await this.#pause(ASK_AGAIN_MS);
      // Asked last, right before the send: a paused or cancelled broadcast takes back what it has handed over.
      const read = guarded ? await this.#read(messageId) : undefined;
      if (this.#ending.signal.aborted) return undefined;
      if (read && !isDue(read.standing, command)) return { kind: 'taken_back' };
    } while (!mayAct());
    try {
      return await connection.send({ waMessageId, chat, content });
    } catch (error) {
      if (error instanceof ConnectionLostError) return undefined;
      logger.error({ err: error, messageId }, 'A send threw');
      return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  async #conclude(
    command: SendCommand,
    outcome: Exclude<SendOutcome, { kind: 'retry' }>,
    attempt: number,
  ): Promise<HandlerResult> {
    const { messageId, waMessageId, profileId, workspaceId, chat } = command;
    const sent = outcome.kind === 'sent';
    try {
      await this.#dependencies.say({
        messageId,
        waMessageId,
        profileId,
        workspaceId,
        chat,
        at: (sent ? outcome.at : new Date()).toISOString(),
        status: sent ? 'SENT' : 'FAILED',
        failure: sent ? null : { code: outcome.code, detail: outcome.detail },
      });
    } catch (error) {
      if (error instanceof SilencedError) return HANDED_BACK;
      throw error;
    }
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

/** Whether a guarded command still stands for its message: once that was taken back, only one with a later time does. */
function isDue(standing: MessageStanding | undefined, { acceptedAt }: SendCommand): boolean {
  return standing?.status === 'QUEUED' && standing.acceptedAt.getTime() === Date.parse(acceptedAt);
}
