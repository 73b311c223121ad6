import type { ConnectionState } from '@whiskeysockets/baileys';
import { readNewChatCap } from '../read-new-chat-cap.js';
import { readTimelock } from '../read-timelock.js';
import type { ConnectionContext } from './context.js';

/** What WhatsApp forbids the number: asked for, and told when it changes. */
export class Restrictions {
  readonly #context: ConnectionContext;

  constructor(context: ConnectionContext) {
    this.#context = context;
    const { ev } = context.sock;
    ev.on('connection.update', ({ reachoutTimeLock }) => this.#onTimelock(reachoutTimeLock));
    ev.on('message-capping.update', (told) => this.#onCap(told));
  }

  /** See `Connection.askRestriction`. */
  ask(): void {
    const { sock } = this.#context;
    // The answer comes as an update of the connection, like WhatsApp's own word of a change.
    sock.fetchAccountReachoutTimelock().catch((error: unknown) => this.#unanswered('reachout_timelock', error));
    sock.fetchNewChatMessageCap().then(
      (told) => this.#onCap(told),
      (error: unknown) => this.#unanswered('new_chat_cap', error),
    );
  }

  #onTimelock(told: ConnectionState['reachoutTimeLock']): void {
    const { lifetime, callbacks } = this.#context;
    if (told && !lifetime.over) callbacks.restricted('reachout_timelock', readTimelock(told));
  }

  #onCap(told: unknown): void {
    const { lifetime, callbacks } = this.#context;
    if (!lifetime.over) callbacks.restricted('new_chat_cap', readNewChatCap(told));
  }

  #unanswered(kind: string, error: unknown): void {
    const { lifetime, logger } = this.#context;
    if (lifetime.over) return;
    logger.info({ kind, detail: String(error) }, 'WhatsApp did not say whether the number is restricted');
  }
}
