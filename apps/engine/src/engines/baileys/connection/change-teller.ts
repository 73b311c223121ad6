import type { ChatChanged } from '../../engine.js';
import { chatOf, identityOf, isGroup } from '../addresses.js';
import type { NamedChange } from '../chat-changes.js';
import type { ConnectionContext } from './context.js';

/** Tells what other devices of the account did to chats, in the order in which it came, whatever has to be looked up. */
export class ChangeTeller {
  readonly #context: Pick<ConnectionContext, 'callbacks' | 'complete'>;
  /** Changes that were handed on. */
  #told: Promise<void> = Promise.resolve();

  constructor(context: Pick<ConnectionContext, 'callbacks' | 'complete'>) {
    this.#context = context;
  }

  /** Resolves once they are durable. */
  tell(changes: readonly NamedChange[]): Promise<void> {
    const at = new Date().toISOString();
    const told = this.#told.then(async () => {
      const named = await Promise.all(changes.map((change) => this.#named(change, at)));
      await this.#context.callbacks.chatsChanged(named.flat());
    });
    this.#told = told.catch(() => undefined);
    return told;
  }

  async #named({ jid, change }: NamedChange, at: string): Promise<ChatChanged[]> {
    const peer = isGroup(jid) ? null : await this.#context.complete(identityOf(jid));
    const chat = peer ? chatOf(peer) : jid;
    return chat === null ? [] : [{ at, chat, peer, change }];
  }
}
