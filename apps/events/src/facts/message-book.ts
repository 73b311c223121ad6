import type { MessageState, NewMessage } from '@multiwa/db';

interface Entry {
  message: MessageState;
  /** The row to insert, when this batch brought the message. */
  added?: NewMessage;
  changed: boolean;
}

/** The messages that a batch of facts is about, findable by our id and by WhatsApp's. */
export class MessageBook {
  readonly #entries = new Map<string, Entry>();
  readonly #byWaId = new Map<string, Entry[]>();

  constructor(known: readonly MessageState[]) {
    for (const message of known) this.#file({ message, changed: false });
  }

  byId(profileId: string, id: string): MessageState | undefined {
    const message = this.#entries.get(id)?.message;
    return message?.profileId === profileId ? message : undefined;
  }

  /** All of a profile with this WhatsApp id: one a chat at most, and in practice one. */
  byWaId(profileId: string, waMessageId: string): MessageState[] {
    return (this.#byWaId.get(`${profileId} ${waMessageId}`) ?? []).map(({ message }) => message);
  }

  add(row: NewMessage): void {
    const unheard = {
      deliveredAt: null,
      readAt: null,
      playedAt: null,
      endedAt: null,
      traceparent: null,
      recipients: null,
    };
    const unchanged = { editedAt: null, deletedAt: null };
    const message: MessageState = { ...row, ...unheard, ...unchanged, failureCode: null, failureDetail: null };
    this.#file({ message, added: row, changed: false });
  }

  change(message: MessageState, change: Partial<MessageState>): void {
    const entry = this.#entries.get(message.id);
    if (!entry) throw new Error('Only a message of this batch can be changed.');
    Object.assign(entry.message, change);
    entry.changed = true;
  }

  added(): NewMessage[] {
    return [...this.#entries.values()].flatMap(({ added }) => added ?? []);
  }

  changed(): MessageState[] {
    return [...this.#entries.values()].filter(({ changed }) => changed).map(({ message }) => message);
  }

  #file(entry: Entry): void {
    this.#entries.set(entry.message.id, entry);
    const key = `${entry.message.profileId} ${entry.message.waMessageId}`;
    this.#byWaId.set(key, [...(this.#byWaId.get(key) ?? []), entry]);
  }
}
