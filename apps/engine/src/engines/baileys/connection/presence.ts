import type { ShownPresence } from '@multiwa/contracts';
import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { TypingState } from '../../engine.js';
import { readPresence } from '../read-presence.js';
import type { ConnectionContext } from './context.js';
import type { InHand } from './in-hand.js';

/** What the number shows others, and what others show it, on one connection. */
export class Presence {
  readonly #context: ConnectionContext;
  /** Chats whose presence was asked for on this connection. */
  readonly #followed = new Set<string>();

  constructor(context: ConnectionContext, inHand: InHand) {
    this.#context = context;
    context.sock.ev.on('presence.update', (update) => inHand.while('presence', this.#onUpdate(update)));
  }

  /** See `Connection.showPresence`. @throws ConnectionLostError */
  async show(chat: string | null, state: ShownPresence): Promise<void> {
    const { sock, lifetime } = this.#context;
    lifetime.check();
    if (chat === null) await sock.sendPresenceUpdate(state === 'online' ? 'available' : 'unavailable');
    else
      await sock.sendPresenceUpdate(
        state === 'typing' ? 'composing' : state === 'recording' ? 'recording' : 'paused',
        chat,
      );
  }

  /** See `Connection.showTyping`. @throws ConnectionLostError */
  async showTyping(chat: string, state: TypingState): Promise<void> {
    const { sock, lifetime } = this.#context;
    lifetime.check();
    await sock.sendPresenceUpdate(state, chat);
  }

  /** See `Connection.followPresence`. @throws ConnectionLostError */
  async follow(chat: string, follow: boolean): Promise<void> {
    const { sock, lifetime } = this.#context;
    lifetime.check();
    if (!follow) this.#followed.delete(chat);
    if (!follow || this.#followed.has(chat)) return;
    this.#followed.add(chat);
    await sock.presenceSubscribe(chat);
  }

  async #onUpdate(update: BaileysEventMap['presence.update']): Promise<void> {
    const { callbacks, complete } = this.#context;
    for (const seen of await readPresence(update, complete)) {
      // What was not asked for is nobody's business.
      if (this.#followed.has(seen.chat)) callbacks.presence(seen);
    }
  }
}
