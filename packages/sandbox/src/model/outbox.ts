import type { StoreEntry } from '../store/store.js';
import type { BinaryNode } from './node.js';

const COMPACT_ABOVE = 1_000;

/** A stanza that waits for its device's receipt or ack. */
export interface QueuedStanza {
  seq: number;
  node: BinaryNode;
}

/** What a receipt or an ack says about the stanza it answers. */
export interface StanzaAnswer {
  tag: string;
  id: string;
  /** Compared only when given: several receipts may carry the id of one message. */
  type?: string;
  /** `type` is exact (an ack repeats it) or irrelevant (a receipt has its own). */
  matchType: boolean;
}

/** Everything on its way to one device, in order, kept until answered. */
export class Outbox {
  private readonly entries = new Map<number, BinaryNode>();
  private unsent: number[] = [];
  private nextUnsent = 0;
  private nextSeq = 1;
  private releasedUpTo = 0;

  constructor(private readonly keyPrefix: string) {}

  get size(): number {
    return this.entries.size;
  }

  /** Puts back an entry that survived a restart. */
  restore(seq: number, node: BinaryNode): void {
    this.entries.set(seq, node);
    this.unsent.push(seq);
    this.nextSeq = Math.max(this.nextSeq, seq + 1);
    this.release(seq);
  }

  /** Adds a stanza; the caller commits the entry and then releases the stanza. */
  add(node: BinaryNode): { seq: number; entry: StoreEntry } {
    const seq = this.nextSeq++;
    this.entries.set(seq, node);
    this.unsent.push(seq);
    return { seq, entry: [`${this.keyPrefix}/${seq}`, node] };
  }

  /**
   * Says that a stanza is durable and may be sent, and with it all before it. Sent earlier, a crash could take back the
   * ratchet step that the receiver has already made.
   */
  release(seq: number): void {
    this.releasedUpTo = Math.max(this.releasedUpTo, seq);
  }

  /** A new connection: everything unanswered counts as unsent again. */
  rewind(): void {
    this.unsent = [...this.entries.keys()];
    this.nextUnsent = 0;
  }

  /** The released stanzas not yet handed to the present connection, which are then regarded as handed over. */
  *takeUnsent(): Generator<QueuedStanza> {
    for (;;) {
      const seq = this.unsent[this.nextUnsent];
      if (seq === undefined || seq > this.releasedUpTo) break;
      this.nextUnsent += 1;
      const node = this.entries.get(seq);
      if (node) yield { seq, node };
    }
    if (this.nextUnsent < COMPACT_ABOVE && this.nextUnsent < this.unsent.length) return;
    this.unsent.splice(0, this.nextUnsent);
    this.nextUnsent = 0;
  }

  /** Removes the first stanza that `answer` is about. */
  settle(answer: StanzaAnswer): StoreEntry | undefined {
    for (const [seq, node] of this.entries) {
      if (node.tag !== answer.tag || node.attrs.id !== answer.id) continue;
      if (answer.matchType && (node.attrs.type ?? '') !== (answer.type ?? '')) continue;
      return this.remove(seq);
    }
    return undefined;
  }

  /** Removes one stanza by its place. */
  remove(seq: number): StoreEntry {
    this.entries.delete(seq);
    return [`${this.keyPrefix}/${seq}`, undefined];
  }

  /** How many stanzas of each tag wait, for the preview a client gets when it comes back. */
  countByTag(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const node of this.entries.values()) counts[node.tag] = (counts[node.tag] ?? 0) + 1;
    return counts;
  }

  /** Forgets everything, for a device that was unlinked. */
  clear(): StoreEntry[] {
    return [...this.entries.keys()].map((seq) => this.remove(seq));
  }
}
