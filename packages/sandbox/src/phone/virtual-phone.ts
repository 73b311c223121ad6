import { type ChatModification, generateMessageIDV2, type proto } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Account, AutoReply } from '../model/account.js';
import { type Group, isGroupJid } from '../model/group.js';
import { type Addressing, addressOf } from '../model/jid.js';
import type { Network } from '../model/network.js';
import { type BinaryNode, childOf } from '../model/node.js';
import type { QueuedStanza } from '../model/outbox.js';
import { isStatusJid, STATUS_JID } from '../model/status.js';
import { membersOf } from '../server/groups/group-nodes.js';
import { idsOf } from '../server/receipt-nodes.js';
import { forwardMessage } from '../server/route-message.js';
import { forwardReceipt } from '../server/route-receipt.js';
import type { StoreEntry } from '../store/store.js';
import { groupResend, groupStanza } from './group-stanzas.js';
import { contentOf, describeContent, type MessageContent, messageOf, stanzaShape } from './message-content.js';
import { PhoneAppState, type PhoneChat } from './phone-app-state.js';
import { findMedia, mediaRetryNotification } from './phone-media.js';
import { PhoneSignal } from './phone-signal.js';
import { type Person, PhoneRecords, type ReceivedMessage, type SentMessage } from './records.js';
import { readReceipt, retryReceipt } from './stanzas.js';
import { statusStanza } from './status-stanza.js';
import { TrustedContacts } from './trusted-contacts.js';
import { voteOf } from './vote.js';

const MAX_RETRIES = 5;

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
 * Device 0 of an account: a real Signal participant that lives inside the server. It works through its queue one stanza at
 * a time; everything one stanza changes becomes durable in one step.
 */
export class VirtualPhone {
  readonly records: PhoneRecords;
  readonly signal: PhoneSignal;
  private readonly trusted: TrustedContacts;
  private readonly appState: PhoneAppState;
  private readonly retries = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private busy: Promise<unknown> = Promise.resolve();
  private wakePending = false;
  private stopped = false;

  constructor(
    private readonly network: Network,
    readonly account: Account,
  ) {
    this.records = new PhoneRecords(account.phone);
    this.signal = new PhoneSignal(account);
    this.trusted = new TrustedContacts(network, account);
    this.appState = new PhoneAppState(network, account);
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
        await this.take(stanza).catch((error: Error) => this.network.log(`phone failed: ${error.message}`));
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
    for (const timer of this.timers) clearTimeout(timer);
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
      return this.inTurn(() => this.sendToGroup(group, id ?? this.newId(), message));
    }
    const digits = to.replace(/[\s+()-]/g, '');
    const recipient = this.network.directory.find(digits) ?? this.network.directory.findByJid(to);
    if (!recipient) throw new SandboxError('recipient_not_found', `Nobody on this network is called ${to}.`);
    const mode = to.endsWith('@lid') ? 'lid' : addressing;
    return this.inTurn(() => this.send(recipient, id ?? this.newId(), message, mode));
  }

  /** Posts a status, or takes one back, for these people alone. Errors: validation_failed. */
  postStatus({ audience, content, id }: StatusToPost): Promise<SentMessage> {
    const message = messageOf(content);
    return this.inTurn(async () => {
      const posted = { id: id ?? this.newId(), message };
      const node = await statusStanza(this.account, this.signal, audience, posted);
      return this.sendToMany(node, STATUS_JID, audience, posted);
    });
  }

  /** Chooses options of a poll that the phone has; none takes the vote back. Errors: message_not_found, validation_failed. */
  async vote(pollId: string, options: readonly string[]): Promise<SentMessage> {
    const jidOf = (phone: string, addressing: Addressing) => this.network.directory.find(phone)?.jid(addressing) ?? '';
    return this.sendContent(voteOf({ records: this.records, jidOf, phone: this.account.phone }, pollId, options));
  }

  /** Sends something only this account's devices understand to one companion. */
  sendPeerMessage(device: number, message: proto.IMessage): Promise<void> {
    return this.inTurn(async () => {
      const enc = await this.signal.encrypt(this.account, device, message);
      if (!enc) return;
      const attrs = { id: this.newId(), to: this.account.jid('pn', device), type: 'text', category: 'peer' };
      await this.forward({ tag: 'message', attrs, content: [enc] }, []);
    });
  }

  /** Marks received messages as read and tells their senders; without ids, all of them. Returns how many were news. */
  read(ids?: readonly string[]): Promise<number> {
    return this.inTurn(async () => {
      const messages = this.records.unreadOf(ids);
      for (const [key, chat] of this.byChat(messages)) {
        const [to = '', participant] = key.split(' ');
        for (const message of chat) this.records.markRead(message);
        const entries = chat.map((message) => this.records.receivedEntry(message));
        await this.tell(
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

  private newId(): string {
    return generateMessageIDV2(this.account.jid('pn'));
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

  /** Sends a message stanza; what its encryption changed and `entries` become durable with it. */
  private async forward(node: BinaryNode, entries: readonly StoreEntry[]): Promise<void> {
    await forwardMessage(this.network, this.account, 0, node, [...entries, ...this.signal.takeDirty()]);
  }

  /** Sends a receipt, likewise. */
  private tell(receipt: BinaryNode, entries: readonly StoreEntry[]): Promise<void> {
    return forwardReceipt(this.network, this.account, 0, receipt, [...entries, ...this.signal.takeDirty()]);
  }

  private async take({ seq, node }: QueuedStanza): Promise<void> {
    const done = this.account.outbox(0).remove(seq);
    if (node.tag === 'message') await this.takeMessage(node, done);
    else if (node.tag === 'receipt') await this.takeReceipt(node, done);
    else this.network.store.put([done]);
  }

  private async takeMessage(node: BinaryNode, done: StoreEntry): Promise<void> {
    const group = isForMany(node.attrs.from) ? node.attrs.from : undefined;
    const sender = group === undefined ? node.attrs.from : node.attrs.participant;
    const from = addressOf(sender);
    const author = this.network.directory.findByJid(sender);
    const chat = this.network.directory.findByJid(node.attrs.recipient ?? sender);
    if (!from || !author || !chat) {
      this.network.store.put([done]);
      return;
    }
    const id = node.attrs.id ?? '';
    const fromMe = author === this.account;
    const message =
      group === undefined
        ? await this.signal.decrypt(author, from.device, node)
        : await this.signal.decryptFromGroup(group, author, from.device, node);
    const known = this.records.findReceived(group ?? person(chat), fromMe, id);
    if (known) {
      known.copies += 1;
      await this.confirm(node, fromMe, [done, this.records.receivedEntry(known)]);
      return;
    }
    if (!message) {
      await this.askAgain(node, done);
      return;
    }
    const content = message.deviceSentMessage?.message ?? message;
    if (node.attrs.category === 'peer') {
      this.network.store.put([done, ...this.signal.takeDirty()]);
      return;
    }
    const record = this.records.addReceived({
      id,
      from: person(author),
      chat: person(chat),
      ...(group === undefined ? {} : { group }),
      fromMe,
      ...describeContent(content),
      content: contentOf(content),
      timestampMs: Date.now(),
      addressing: from.addressing,
    });
    await this.confirm(node, fromMe, [done, this.records.receivedEntry(record)]);
    if (!fromMe) this.react(record, author);
  }

  /** Commits what a message changed and, unless it is an own one or the phone is silent, tells the sender that it arrived. */
  private async confirm(node: BinaryNode, fromMe: boolean, entries: StoreEntry[]): Promise<void> {
    if (fromMe || this.account.record.autoReply === 'silent') {
      await this.network.commit([...entries, ...this.signal.takeDirty()], []);
    } else {
      const { id = '', from = '', participant } = node.attrs;
      const attrs = { id, to: from, ...(participant === undefined ? {} : { participant }) };
      await this.tell({ tag: 'receipt', attrs }, entries);
    }
    this.records.announce();
  }

  private react(record: ReceivedMessage, author: Account): void {
    const { autoReply } = this.account.record;
    const failed = (error: Error): void => this.network.log(`phone failed to react: ${error.message}`);
    if (autoReply === 'echo') {
      void this.read([record.id]).catch(failed);
      // Two echoes would never stop talking.
      if (author.record.autoReply === 'echo' || record.type !== 'text' || isStatusJid(record.group)) return;
      const { text, addressing, group } = record;
      void this.sendText({ to: group ?? author.phone, text, addressing }).catch(failed);
    } else if (autoReply === 'slow-reader') {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        void this.read([record.id]).catch(failed);
      }, this.network.options.slowReaderDelayMs);
      this.timers.add(timer);
    }
  }

  private async takeReceipt(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { type = '' } = node.attrs;
    if (type === 'retry') {
      await this.resend(node, done);
      return;
    }
    if (type === 'server-error') {
      await this.giveMediaAgain(node, done);
      return;
    }
    const status = type === '' ? 'delivered' : type === 'read' || type === 'played' ? type : undefined;
    const reader = this.network.directory.findByJid(node.attrs.participant)?.phone;
    const raised = status
      ? idsOf(node).flatMap((id) => this.records.raiseSent(id, status, Date.now(), reader) ?? [])
      : [];
    this.network.store.put([done, ...raised.map((message) => this.records.sentEntry(message))]);
    if (raised.length > 0) this.records.announce();
  }

  private async send(
    recipient: Account,
    id: string,
    message: proto.Message,
    addressing: Addressing,
  ): Promise<SentMessage> {
    const { type, edit, encAttrs } = stanzaShape(message);
    const own = { deviceSentMessage: { destinationJid: recipient.jid(addressing), message } };
    const content: BinaryNode[] = [];
    for (const device of recipient === this.account ? [] : recipient.devices()) {
      content.push(...(await this.participant(recipient, device, message, addressing, encAttrs)));
    }
    for (const device of this.account.companions.keys()) {
      content.push(...(await this.participant(this.account, device, own, addressing, encAttrs)));
    }
    const attrs = { id, to: recipient.jid(addressing), type, ...(edit === undefined ? {} : { edit }) };
    const { text } = describeContent(message);
    const record = this.records.addSent({
      id,
      to: person(recipient),
      text,
      content: contentOf(message),
      timestampMs: Date.now(),
    });
    const node = { tag: 'message', attrs, content: [{ tag: 'participants', attrs: {}, content }] };
    // First, so that whoever answers at once may.
    await this.trusted.issue(recipient);
    await this.forward(node, [this.records.sentEntry(record)]);
    this.records.announce();
    return record;
  }

  private async sendToGroup(group: Group, id: string, message: proto.Message): Promise<SentMessage> {
    const node = await groupStanza(this.network, this.account, this.signal, group, { id, message });
    return this.sendToMany(node, group.jid, membersOf(this.network, group), { id, message });
  }

  private async sendToMany(
    node: BinaryNode,
    group: string,
    people: readonly Account[],
    { id, message }: { id: string; message: proto.Message },
  ): Promise<SentMessage> {
    const record = this.records.addSent({
      id,
      to: person(this.account),
      group,
      recipients: people.filter((one) => one !== this.account).map(({ phone }) => phone),
      text: describeContent(message).text,
      content: contentOf(message),
      timestampMs: Date.now(),
    });
    await this.forward(node, [this.records.sentEntry(record)]);
    this.records.announce();
    return record;
  }

  private async participant(
    account: Account,
    device: number,
    message: proto.IMessage,
    addressing: Addressing,
    encAttrs: Record<string, string>,
  ): Promise<BinaryNode[]> {
    const enc = await this.signal.encrypt(account, device, message);
    if (!enc) return [];
    const content = [{ ...enc, attrs: { ...enc.attrs, ...encAttrs } }];
    return [{ tag: 'to', attrs: { jid: account.jid(addressing, device) }, content }];
  }

  /** A companion could not decrypt: it gets the message again, alone, in a fresh session. */
  private async resend(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { id = '', from = '', participant } = node.attrs;
    const asking = addressOf(participant ?? from);
    const account = this.network.directory.findByJid(participant ?? from);
    const sent = this.records.findSent(id);
    const recipient = sent && this.network.directory.find(sent.to.phone);
    const count = Number(childOf(node, 'retry')?.attrs.count ?? 1);
    if (!asking || !account || !recipient || count > MAX_RETRIES) {
      this.network.store.put([done]);
      return;
    }
    if (isForMany(from)) {
      const again = { id, count, message: messageOf(sent.content ?? { conversation: sent.text }) };
      const to = { account, device: asking.device };
      await this.forward(await groupResend(this.signal, from, to, again), [done]);
      return;
    }
    await this.signal.renew(account, asking.device);
    // Journals of before had the text alone.
    const message = messageOf(sent.content ?? { conversation: sent.text });
    const { type, edit, encAttrs } = stanzaShape(message);
    const chat = recipient.jid(asking.addressing);
    const own = account === this.account;
    const content = own ? { deviceSentMessage: { destinationJid: chat, message } } : message;
    const enc = await this.signal.encrypt(account, asking.device, content);
    const to = account.jid(asking.addressing, asking.device);
    const attrs: Record<string, string> = { id, to, type, ...(own ? { recipient: chat } : {}) };
    if (edit !== undefined) attrs.edit = edit;
    const counted = enc ? [{ ...enc, attrs: { ...enc.attrs, ...encAttrs, count: count.toString() } }] : [];
    await this.forward({ tag: 'message', attrs, content: counted }, [done]);
  }

  /** A companion found a file gone: the phone gives it to the hosts again, and says where it lies now. */
  private async giveMediaAgain(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { id = '', from } = node.attrs;
    const { device = 0 } = addressOf(from) ?? {};
    const record = this.records.received.find((message) => message.id === id);
    const descriptor = record && findMedia(record.content)?.descriptor;
    const again = descriptor && (await this.network.media?.store.giveAgain(descriptor.directPath));
    const answer = mediaRetryNotification(node, descriptor, again?.directPath);
    const attrs = { ...answer.attrs, from: this.account.jid('pn') };
    await this.network.commit([done], [{ account: this.account, device, node: { ...answer, attrs } }]);
  }

  /** The phone could not decrypt: it asks the sending device for the message again. */
  private async askAgain(node: BinaryNode, done: StoreEntry): Promise<void> {
    const id = node.attrs.id ?? '';
    const count = (this.retries.get(id) ?? 0) + 1;
    this.retries.set(id, count);
    if (count > MAX_RETRIES) await this.network.commit([done, ...this.signal.takeDirty()], []);
    else await this.tell(retryReceipt(node, count, this.account.record.registrationId), [done]);
  }
}

/** Whether what is sent there is encrypted once for all. */
function isForMany(jid: string | undefined): jid is string {
  return isGroupJid(jid) || isStatusJid(jid);
}

function person(account: Account): Person {
  return { phone: account.phone, lid: account.lid };
}
