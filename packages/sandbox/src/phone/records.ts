import type { StoreEntry } from '../store/store.js';
import type { MessageContent } from './message-content.js';

/** Somebody by both names. */
export interface Person {
  phone: string;
  lid: string;
}

/** A message a phone received (or that one of its companions sent, `fromMe`). */
export interface ReceivedMessage {
  /** Position in arrival order, from 1. */
  seq: number;
  id: string;
  from: Person;
  /** The other party of the chat: `from`, or for own messages whom they went to. In a group always `from`. */
  chat: Person;
  /** JID of the group that it was written in. */
  group?: string;
  fromMe: boolean;
  text: string;
  /** `text`, or the name of the message's kind in the protocol. */
  type: string;
  /** The whole message. */
  content: MessageContent;
  /** When it arrived. */
  timestampMs: number;
  /** When the network took it, to the second; absent in journals of before. */
  sentAtMs?: number;
  /** How many stanzas with this id arrived in this chat; anything above 1 is a doubled message. */
  copies: number;
  read: boolean;
  addressing: 'pn' | 'lid';
}

export type SentStatus = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

/** A message a phone sent. */
export interface SentMessage {
  seq: number;
  id: string;
  /** In a group the writer. */
  to: Person;
  /** JID of the group that it was written in, and whose phones it went to. */
  group?: string;
  recipients?: string[];
  /** In a group: how far it has come with each of them; `status` is what all of them have reached. */
  receipts?: Record<string, SentStatus>;
  text: string;
  /** The whole message, as it is sent again to who asks for it. */
  content: MessageContent;
  timestampMs: number;
  status: SentStatus;
  deliveredAtMs?: number;
  readAtMs?: number;
  /** The ack's error code when the network refused it. */
  errorCode?: number;
}

const STATUS_ORDER: SentStatus[] = ['failed', 'sent', 'delivered', 'read', 'played'];

/** What one phone received and sent, in order; duplicates are counted, not listed. */
export class PhoneRecords {
  readonly received: ReceivedMessage[] = [];
  readonly sent: SentMessage[] = [];
  private readonly receivedByKey = new Map<string, ReceivedMessage>();
  private readonly unread = new Set<ReceivedMessage>();
  private readonly sentById = new Map<string, SentMessage>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly phone: string) {}

  restoreReceived(message: ReceivedMessage): void {
    this.received.push(message);
    this.receivedByKey.set(keyOf(message.group ?? message.chat, message.fromMe, message.id), message);
    if (!message.fromMe && !message.read) this.unread.add(message);
  }

  restoreSent(message: SentMessage): void {
    this.sent.push(message);
    this.sentById.set(message.id, message);
  }

  /** Puts restored records in their order. */
  sortRestored(): void {
    this.received.sort((one, other) => one.seq - other.seq);
    this.sent.sort((one, other) => one.seq - other.seq);
  }

  findReceived(chat: Person | string, fromMe: boolean, id: string): ReceivedMessage | undefined {
    return this.receivedByKey.get(keyOf(chat, fromMe, id));
  }

  findSent(id: string): SentMessage | undefined {
    return this.sentById.get(id);
  }

  /** Unread messages of others, oldest first; with ids only those. */
  unreadOf(ids?: readonly string[]): ReceivedMessage[] {
    const wanted = ids && new Set(ids);
    return [...this.unread].filter(({ id }) => !wanted || wanted.has(id));
  }

  markRead(message: ReceivedMessage): void {
    message.read = true;
    this.unread.delete(message);
  }

  addReceived(message: Omit<ReceivedMessage, 'seq' | 'copies' | 'read'>): ReceivedMessage {
    const record = { ...message, seq: this.received.length + 1, copies: 1, read: false };
    this.restoreReceived(record);
    return record;
  }

  addSent(message: Omit<SentMessage, 'seq' | 'status'>): SentMessage {
    const record: SentMessage = { ...message, seq: this.sent.length + 1, status: 'sent' };
    this.restoreSent(record);
    return record;
  }

  /** Raises a sent message's status, or that of one reader in a group; a status never goes back. */
  raiseSent(id: string, status: SentStatus, atMs: number, reader?: string): SentMessage | undefined {
    const message = this.sentById.get(id);
    if (message?.group !== undefined)
      return reader === undefined ? undefined : raiseReader(message, status, atMs, reader);
    if (!message || STATUS_ORDER.indexOf(status) <= STATUS_ORDER.indexOf(message.status)) return undefined;
    message.status = status;
    message.deliveredAtMs ??= atMs;
    if (status !== 'delivered') message.readAtMs ??= atMs;
    return message;
  }

  receivedEntry(message: ReceivedMessage): StoreEntry {
    return [`received/${this.phone}/${message.seq}`, { ...message }];
  }

  sentEntry(message: SentMessage): StoreEntry {
    return [`sent/${this.phone}/${message.seq}`, { ...message }];
  }

  /** Wakes those who wait for a change; called after the change is durable. */
  announce(): void {
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const wake of woken) wake();
  }

  /** Resolves at the next change, or after `waitMs`. */
  nextChange(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      timer.unref();
      this.waiting.add(wake);
    });
  }
}

function keyOf(chat: Person | string, fromMe: boolean, id: string): string {
  return `${typeof chat === 'string' ? chat : chat.lid}|${fromMe}|${id}`;
}

function raiseReader(message: SentMessage, status: SentStatus, atMs: number, reader: string): SentMessage | undefined {
  const receipts = message.receipts ?? {};
  const known = receipts[reader] ?? 'sent';
  if (STATUS_ORDER.indexOf(status) <= STATUS_ORDER.indexOf(known)) return undefined;
  message.receipts = { ...receipts, [reader]: status };
  const ranks = (message.recipients ?? []).map((phone) => STATUS_ORDER.indexOf(message.receipts?.[phone] ?? 'sent'));
  const reached = STATUS_ORDER[Math.min(...ranks)] ?? 'sent';
  if (STATUS_ORDER.indexOf(reached) > STATUS_ORDER.indexOf(message.status)) {
    message.status = reached;
    message.deliveredAtMs ??= atMs;
    if (reached !== 'delivered') message.readAtMs ??= atMs;
  }
  return message;
}
