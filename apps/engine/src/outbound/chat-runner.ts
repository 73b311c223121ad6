import type { BusMessage, FactPayload, HandlerResult } from '@multiwa/bus';
import { type ChatCommand, timing } from '@multiwa/contracts';
import { type Connection, ConnectionLostError } from '../engines/engine.js';
import { SilencedError } from '../facts/fact-outbox.js';
import { KeyedLock } from '../keyed-lock.js';
import type { Logger } from '../logger.js';

interface Dependencies {
  connection: Pick<Connection, 'changeChat'>;
  /** Whether the lease is sure enough to act now. */
  mayAct(): boolean;
  say(fact: FactPayload<'chat-action-failed'>): Promise<void>;
  logger: Logger;
}

const HANDED_BACK: HandlerResult = { retryInMs: 1_000 };
/** WhatsApp keeps all chats of an account in the same few collections, whose versions rise one by one. */
const LANE = 'chats';

/**
 * Tells WhatsApp of changes of chats, one after the other in the order of the stream. Doing one twice changes nothing, so what
 * was not acked is simply done again.
 */
export class ChatRunner {
  readonly #dependencies: Dependencies;
  readonly #lane = new KeyedLock();
  readonly #ending = new AbortController();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins nothing more. */
  end(): void {
    this.#ending.abort();
  }

  handle({ payload }: Pick<BusMessage<ChatCommand>, 'payload'>): Promise<HandlerResult> {
    return this.#lane.run(LANE, () => this.#carryOut(payload));
  }

  async #carryOut(command: ChatCommand): Promise<HandlerResult> {
    const { commandId, chat, action } = command;
    const { connection, mayAct, logger } = this.#dependencies;
    for (let attempt = 0; ; attempt += 1) {
      if (this.#ending.signal.aborted || !mayAct()) return HANDED_BACK;
      try {
        await connection.changeChat(chat, action);
        logger.info({ commandId, chat, action: action.do, attempts: attempt + 1 }, 'Chat changed');
        return 'done';
      } catch (error) {
        if (error instanceof ConnectionLostError) return HANDED_BACK;
        const detail = error instanceof Error ? error.message : String(error);
        const pauseMs = timing.send.retryMs[attempt];
        if (pauseMs === undefined) return this.#giveUp(command, detail);
        logger.warn({ commandId, attempt, pauseMs, detail }, 'A change of a chat is tried again');
        await this.#pause(pauseMs);
      }
    }
  }

  async #giveUp(
    { commandId, workspaceId, profileId, chat, action }: ChatCommand,
    detail: string,
  ): Promise<HandlerResult> {
    const { say, logger } = this.#dependencies;
    logger.error({ commandId, chat, action: action.do, detail }, 'WhatsApp was not told of a change of a chat');
    const at = new Date().toISOString();
    try {
      await say({ profileId, workspaceId, at, commandId, chat, action: action.do, detail });
    } catch (error) {
      if (error instanceof SilencedError) return HANDED_BACK;
      throw error;
    }
    return 'done';
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal.addEventListener('abort', finish);
      if (signal.aborted) finish();
    });
  }
}
