import type { MessageReceiptFact } from '@multiwa/contracts';
import type { MessageState, ReceiptState } from '@multiwa/db';

type Status = MessageReceiptFact['status'];

const order: readonly Status[] = ['DELIVERED', 'READ', 'PLAYED'];

/** What the members of groups have said of the messages that a batch of facts is about. */
export class ReceiptBook {
  readonly #rows = new Map<string, Map<string, ReceiptState>>();
  readonly #changed = new Set<ReceiptState>();

  constructor(known: readonly ReceiptState[]) {
    for (const receipt of known) this.#of(receipt.messageId).set(keyOf(receipt), receipt);
  }

  /** Takes one in; false when it says nothing new. */
  add(receipt: ReceiptState): boolean {
    const rows = this.#of(receipt.messageId);
    const known = rows.get(keyOf(receipt));
    if (known && known.at <= receipt.at) return false;
    const row = known ?? receipt;
    row.at = receipt.at;
    rows.set(keyOf(receipt), row);
    this.#changed.add(row);
    return known === undefined;
  }

  /** Whether somebody was known to have read or played a message. */
  hasRead(messageId: string, participant: string): boolean {
    const rows = this.#of(messageId);
    return rows.has(`${participant} READ`) || rows.has(`${participant} PLAYED`);
  }

  /**
   * How far a message has come with all that it went to, and since when: read by all only when each of them has read it. What
   * says more also says less, since a receipt may be lost on the way.
   */
  reached({ id, recipients }: MessageState): { status: Status; at: Date }[] {
    if (recipients === null || recipients === 0) return [];
    const rows = [...this.#of(id).values()];
    return order.flatMap((status, rank) => {
      const first = new Map<string, Date>();
      for (const row of rows) {
        if (order.indexOf(row.status as Status) < rank) continue;
        const known = first.get(row.participant);
        if (!known || row.at < known) first.set(row.participant, row.at);
      }
      if (first.size < recipients) return [];
      return [{ status, at: new Date(Math.max(...[...first.values()].map(Number))) }];
    });
  }

  changed(): ReceiptState[] {
    return [...this.#changed];
  }

  #of(messageId: string): Map<string, ReceiptState> {
    let rows = this.#rows.get(messageId);
    if (!rows) {
      rows = new Map();
      this.#rows.set(messageId, rows);
    }
    return rows;
  }
}

function keyOf({ participant, status }: ReceiptState): string {
  return `${participant} ${status}`;
}
