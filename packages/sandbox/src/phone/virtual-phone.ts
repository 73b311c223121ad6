import type { ChatModification, proto } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Account, AutoReply } from '../model/account.js';
import { isGroupJid } from '../model/group.js';
import type { Addressing } from '../model/jid.js';
import type { Network } from '../model/network.js';
import { AutoReplies } from './auto-replies.js';
import { type MessageContent, messageOf } from './message-content.js';
import { PhoneAppState, type PhoneChat } from './phone-app-state.js';
import { PhoneReceiver } from './phone-receiver.js';
import { PhoneSender } from './phone-sender.js';
import { PhoneSignal } from './phone-signal.js';
import { PhoneRecords, type ReceivedMessage, type SentMessage } from './records.js';
import { readReceipt } from './stanzas.js';
import { voteOf } from './vote.js';

interface Sendable {
  /** Phone digits, a JID or a LID of an account of this network, or the JID of a group. */
  to: string;
  addressing?: Addressing;
  id?: string;
}

/** A text to send. */
export interface TextToSend extends Sendable {
  text: string;
}

/** Any message to send. */
export interface ContentToSend extends Sendable {
  content: MessageContent;
}

/** A status to post. */
export interface StatusToPost {
  audience: readonly Account[];
  content: MessageContent;
  id?: string;
}

/**
 * Device 0 of an account: a real Signal participant that lives inside the server. It does one thing at a time, in the order in
 * which it was told or in which stanzas came.
 */
export class VirtualPhone {
  readonly records: PhoneRecords;
  readonly signal: PhoneSignal;
  private readonly appState: PhoneAppState;
  private readonly sender: PhoneSender;
  private readonly receiver: PhoneReceiver;
  private readonly autoReplies: AutoReplies;
  private busy: Promise<unknown> = Promise.resolve();
  private wakePending = false;
  private stopped = false;

  constructor(
    private readonly network: Network,
    readonly account: Account,
  ) {
    this.records = new PhoneRecords(account.phone);
    this.signal = new PhoneSignal(account);
    this.appState = new PhoneAppState(network, account);
    this.autoReplies = new AutoReplies({
      account,
      slowReaderDelayMs: network.options.slowReaderDelayMs,
      read: (ids) => this.read(ids),
      sendText: (text) => this.sendText(text),
      log: network.log,
    });
    const parts = { network, account, records: this.records, signal: this.signal };
    this.sender = new PhoneSender(parts);
    this.receiver = new PhoneReceiver(parts, {
      sender: this.sender,
      onMessage: (record, author) => this.autoReplies.react(record, author),
    });
    account.onPhoneInbox = () => this.wake();
  }

  /** Works through what waits for the phone. */
  wake(): void {
    if (this.wakePending || this.stopped || this.isOff) return;
    this.wakePending = true;
    void this.inTurn(async () => {
      this.wakePending = false;
      for (const stanza of this.account.outbox(0).takeUnsent()) {
        if (this.stopped || this.isOff) return;
        await this.receiver.take(stanza).catch((error: Error) => this.network.log(`phone failed: ${error.message}`));
      }
    });
  }

  /** Switches the phone off or on: off, it takes nothing in, and what is for it waits at the network. */
  async switch(on: boolean): Promise<void> {
    this.account.record.switchedOff = !on;
    this.network.store.put([this.account.recordEntry()]);
    // What it had in its hands when it went off is finished; the rest was not taken.
    await this.inTurn(async () => this.account.outbox(0).rewind());
    this.wake();
  }

  /** Finishes what is under way and starts nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.autoReplies.stop();
    await this.busy;
    this.signal.close();
  }

  /** Sends a text, as `sendContent` does. Errors: recipient_not_found. */
  sendText({ text, ...rest }: TextToSend): Promise<SentMessage> {
    return this.sendContent({ ...rest, content: { conversation: text } });
  }

  /**
   * Encrypts a message for every device of the recipient and for the phone's own companions, and sends it.
   * Resolves when it is durable and on its way. Errors: recipient_not_found, validation_failed, phone_off.
   */
  async sendContent({ to, content, addressing = 'pn', id }: ContentToSend): Promise<SentMessage> {
    if (this.isOff) throw new SandboxError('phone_off', `The phone ${this.account.phone} is switched off.`);
    const message = messageOf(content);
    if (isGroupJid(to)) {
      const group = this.network.groups.find(to);
      if (!group?.member(this.account))
        throw new SandboxError('recipient_not_found', `The phone is in no group ${to}.`);
      return this.inTurn(() => this.sender.sendToGroup(group, id ?? this.sender.newId(), message));
    }
    const digits = to.replace(/[\s+()-]/g, '');
    const recipient = this.network.directory.find(digits) ?? this.network.directory.findByJid(to);
    if (!recipient) throw new SandboxError('recipient_not_found', `Nobody on this network is called ${to}.`);
    const mode = to.endsWith('@lid') ? 'lid' : addressing;
    return this.inTurn(() => this.sender.send(recipient, id ?? this.sender.newId(), message, mode));
  }

  /** Posts a status, or takes one back, for these people alone. Errors: validation_failed. */
  postStatus({ audience, content, id }: StatusToPost): Promise<SentMessage> {
    const message = messageOf(content);
    return this.inTurn(() => this.sender.sendStatus(audience, id ?? this.sender.newId(), message));
  }

  /** Chooses options of a poll that the phone has; none takes the vote back. Errors: message_not_found, validation_failed. */
  async vote(pollId: string, options: readonly string[]): Promise<SentMessage> {
    const jidOf = (phone: string, addressing: Addressing) => this.network.directory.find(phone)?.jid(addressing) ?? '';
    return this.sendContent(voteOf({ records: this.records, jidOf, phone: this.account.phone }, pollId, options));
  }

  /** Sends something only this account's devices understand to one companion. */
  sendPeerMessage(device: number, message: proto.IMessage): Promise<void> {
    return this.inTurn(() => this.sender.sendPeer(device, message));
  }

  /** Marks received messages as read and tells their senders; without ids, all of them. Returns how many were news. */
  read(ids?: readonly string[]): Promise<number> {
    return this.inTurn(async () => {
      const messages = this.records.unreadOf(ids);
      for (const [key, chat] of this.byChat(messages)) {
        const [to = '', participant] = key.split(' ');
        for (const message of chat) this.records.markRead(message);
        const entries = chat.map((message) => this.records.receivedEntry(message));
        await this.sender.tell(
          readReceipt(
            to,
            chat.map(({ id }) => id),
            participant,
          ),
          entries,
        );
      }
      if (messages.length > 0) this.records.announce();
      return messages.length;
    });
  }

  /** The chats of which a device of the account has said something. */
  chats(): Promise<PhoneChat[]> {
    return this.inTurn(() => this.appState.list());
  }

  /** Archives, pins, mutes, marks, clears or deletes a chat, as the phone's owner does. */
  changeChat(modification: ChatModification, jid: string): Promise<void> {
    return this.inTurn(() => this.appState.change(modification, jid));
  }

  /** Changes the name or what the phone does by itself. */
  change({ name, autoReply }: { name?: string; autoReply?: AutoReply }): void {
    if (name !== undefined) this.account.record.name = name;
    if (autoReply !== undefined) this.account.record.autoReply = autoReply;
    this.network.store.put([this.account.recordEntry()]);
  }

  private get isOff(): boolean {
    return this.account.record.switchedOff ?? false;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.busy.then(work);
    this.busy = result.catch(() => undefined);
    return result;
  }

  private byChat(messages: readonly ReceivedMessage[]): Map<string, ReceivedMessage[]> {
    const chats = new Map<string, ReceivedMessage[]>();
    for (const message of messages) {
      const jid = this.network.directory.find(message.from.phone)?.jid(message.addressing) ?? '';
      const key = message.group === undefined ? jid : `${message.group} ${jid}`;
      const chat = chats.get(key);
      if (chat) chat.push(message);
      else chats.set(key, [message]);
    }
    return chats;
  }
}
