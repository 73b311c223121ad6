import type { proto } from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import { addressOf } from '../model/jid.js';
import type { BinaryNode } from '../model/node.js';
import type { QueuedStanza } from '../model/outbox.js';
import { idsOf } from '../server/receipt-nodes.js';
import type { StoreEntry } from '../store/store.js';
import { contentOf, describeContent } from './message-content.js';
import { isForMany, type PhoneParts, personOf } from './parts.js';
import { findMedia, mediaRetryNotification } from './phone-media.js';
import type { PhoneSender } from './phone-sender.js';
import { placeholderResends } from './placeholder-resend.js';
import type { ReceivedMessage } from './records.js';
import { MAX_RETRIES, retryReceipt } from './stanzas.js';

interface Dependencies {
  sender: PhoneSender;
  /** Called for each new message of somebody else's. */
  onMessage(record: ReceivedMessage, author: Account): void;
}

/**
 * What comes in at a phone, one stanza at a time: everything that one stanza changes becomes durable in one step. To be called
 * in the phone's turn.
 */
export class PhoneReceiver {
  private readonly retries = new Map<string, number>();

  constructor(
    private readonly parts: PhoneParts,
    private readonly dependencies: Dependencies,
  ) {}

  async take({ seq, node }: QueuedStanza): Promise<void> {
    const { account, network } = this.parts;
    const done = account.outbox(0).remove(seq);
    if (node.tag === 'message') await this.takeMessage(node, done);
    else if (node.tag === 'receipt') await this.takeReceipt(node, done);
    else network.store.put([done]);
  }

  private async takeMessage(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { account, network, records, signal } = this.parts;
    const group = isForMany(node.attrs.from) ? node.attrs.from : undefined;
    const sender = group === undefined ? node.attrs.from : node.attrs.participant;
    const from = addressOf(sender);
    const author = network.directory.findByJid(sender);
    const chat = network.directory.findByJid(node.attrs.recipient ?? sender);
    if (!from || !author || !chat) {
      network.store.put([done]);
      return;
    }
    const id = node.attrs.id ?? '';
    const fromMe = author === account;
    const message =
      group === undefined
        ? await signal.decrypt(author, from.device, node)
        : await signal.decryptFromGroup(group, author, from.device, node);
    const known = records.findReceived(group ?? personOf(chat), fromMe, id);
    if (known) {
      known.copies += 1;
      await this.confirm(node, fromMe, [done, records.receivedEntry(known)]);
      return;
    }
    if (!message) {
      await this.askAgain(node, done);
      return;
    }
    const content = message.deviceSentMessage?.message ?? message;
    if (node.attrs.category === 'peer') {
      await this.takePeerMessage(id, from.device, fromMe ? content : {}, done);
      return;
    }
    const record = records.addReceived({
      id,
      from: personOf(author),
      chat: personOf(chat),
      ...(group === undefined ? {} : { group }),
      fromMe,
      ...describeContent(content),
      content: contentOf(content),
      timestampMs: Date.now(),
      sentAtMs: Number(node.attrs.t) * 1_000,
      addressing: from.addressing,
    });
    await this.confirm(node, fromMe, [done, records.receivedEntry(record)]);
    if (!fromMe) this.dependencies.onMessage(record, author);
  }

  /** A companion asks the phone for something. */
  private async takePeerMessage(
    id: string,
    device: number,
    { protocolMessage }: proto.IMessage,
    done: StoreEntry,
  ): Promise<void> {
    const request = protocolMessage?.peerDataOperationRequestMessage;
    const answer = request && placeholderResends(this.parts, id, request);
    if (answer) await this.dependencies.sender.sendPeer(device, answer, [done]);
    else this.parts.network.store.put([done, ...this.parts.signal.takeDirty()]);
  }

  /** Commits what a message changed and, unless it is an own one or the phone is silent, tells the sender that it arrived. */
  private async confirm(node: BinaryNode, fromMe: boolean, entries: StoreEntry[]): Promise<void> {
    const { account, network, records, signal } = this.parts;
    if (fromMe || account.record.autoReply === 'silent') {
      await network.commit([...entries, ...signal.takeDirty()], []);
    } else {
      const { id = '', from = '', participant } = node.attrs;
      const attrs = { id, to: from, ...(participant === undefined ? {} : { participant }) };
      await this.dependencies.sender.tell({ tag: 'receipt', attrs }, entries);
    }
    records.announce();
  }

  /** The phone could not decrypt: it asks the sending device for the message again. */
  private async askAgain(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { account, network, signal } = this.parts;
    const id = node.attrs.id ?? '';
    const count = (this.retries.get(id) ?? 0) + 1;
    this.retries.set(id, count);
    if (count > MAX_RETRIES) await network.commit([done, ...signal.takeDirty()], []);
    else await this.dependencies.sender.tell(retryReceipt(node, count, account.record.registrationId), [done]);
  }

  private async takeReceipt(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { network, records } = this.parts;
    const { type = '' } = node.attrs;
    if (type === 'retry') {
      await this.dependencies.sender.resend(node, done);
      return;
    }
    if (type === 'server-error') {
      await this.giveMediaAgain(node, done);
      return;
    }
    const status = type === '' ? 'delivered' : type === 'read' || type === 'played' ? type : undefined;
    const reader = network.directory.findByJid(node.attrs.participant)?.phone;
    const raised = status ? idsOf(node).flatMap((id) => records.raiseSent(id, status, Date.now(), reader) ?? []) : [];
    network.store.put([done, ...raised.map((message) => records.sentEntry(message))]);
    if (raised.length > 0) records.announce();
  }

  /** A companion found a file gone: the phone gives it to the hosts again, and says where it lies now. */
  private async giveMediaAgain(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { account, network, records } = this.parts;
    const { id = '', from } = node.attrs;
    const { device = 0 } = addressOf(from) ?? {};
    const record = records.received.find((message) => message.id === id);
    const descriptor = record && findMedia(record.content)?.descriptor;
    const again = descriptor && (await network.media?.store.giveAgain(descriptor.directPath));
    const answer = mediaRetryNotification(node, descriptor, again?.directPath);
    const attrs = { ...answer.attrs, from: account.jid('pn') };
    await network.commit([done], [{ account, device, node: { ...answer, attrs } }]);
  }
}
