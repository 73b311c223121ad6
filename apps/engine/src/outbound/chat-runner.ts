import type { BusMessage, FactPayload, HandlerResult } from '@multiwa/bus';
import type { ChatCommand } from '@multiwa/contracts';
import { type Connection, ConnectionLostError } from '../engines/engine.js';
import { KeyedLock } from '../keyed-lock.js';
import type { Logger } from '../logger.js';
import { HANDED_BACK, isSaid, Persistence, retryAfter } from './persistence.js';

interface Dependencies {
  connection: Pick<Connection, 'changeChat'>;
  /** Whether the lease is sure enough to act now. */
  mayAct(): boolean;
  say(fact: FactPayload<'chat-action-failed'>): Promise<void>;
  logger: Logger;
}

/** WhatsApp keeps all chats of an account in the same few collections, whose versions rise one by one. */
const LANE = 'chats';

/**
 * Tells WhatsApp of changes of chats, one after the other in the order of the stream. Doing one twice changes nothing, so what
 * was not acked is simply done again.
 */
export class ChatRunner {
  readonly #dependencies: Dependencies;
  readonly #lane = new KeyedLock();
  readonly #persistence = new Persistence();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins nothing more. */
  end(): void {
    this.#persistence.end();
  }

  handle({ payload }: Pick<BusMessage<ChatCommand>, 'payload'>): Promise<HandlerResult> {
    return this.#lane.run(LANE, () => this.#carryOut(payload));
  }

  async #carryOut(command: ChatCommand): Promise<HandlerResult> {
    const { commandId, chat, action } = command;
    const { logger } = this.#dependencies;
    const settled = await this.#persistence.settle(
      () => this.#attempt(command),
      (retry) => logger.warn({ commandId, ...retry }, 'A change of a chat is tried again'),
    );
    if (settled === undefined) return HANDED_BACK;
    const { outcome, attempt } = settled;
    if (outcome.kind === 'exhausted') return this.#giveUp(command, outcome.detail);
    logger.info({ commandId, chat, action: action.do, attempts: attempt + 1 }, 'Chat changed');
    return 'done';
  }

  async #attempt({ chat, action }: ChatCommand) {
    const { connection, mayAct } = this.#dependencies;
    if (this.#persistence.ended || !mayAct()) return undefined;
    try {
      await connection.changeChat(chat, action);
      return { kind: 'changed' } as const;
    } catch (error) {
      return error instanceof ConnectionLostError ? undefined : retryAfter(error);
    }
  }

  async #giveUp(
    { commandId, workspaceId, profileId, chat, action }: ChatCommand,
    detail: string,
  ): Promise<HandlerResult> {
    const { say, logger } = this.#dependencies;
    logger.error({ commandId, chat, action: action.do, detail }, 'WhatsApp was not told of a change of a chat');
    const at = new Date().toISOString();
    const saying = say({ profileId, workspaceId, at, commandId, chat, action: action.do, detail });
    return (await isSaid(saying)) ? 'done' : HANDED_BACK;
  }
}
