import { generateMessageIDV2, type proto } from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import type { Group } from '../model/group.js';
import { type Addressing, addressOf } from '../model/jid.js';
import { type BinaryNode, childOf } from '../model/node.js';
import { STATUS_JID } from '../model/status.js';
import { membersOf } from '../server/groups/group-nodes.js';
import { lowKeyNotices } from '../server/low-keys.js';
import { forwardMessage } from '../server/route-message.js';
import { forwardReceipt } from '../server/route-receipt.js';
import type { StoreEntry } from '../store/store.js';
import { groupResend, groupStanza } from './group-stanzas.js';
import { contentOf, describeContent, messageOf, stanzaShape } from './message-content.js';
import { isForMany, type PhoneParts, personOf } from './parts.js';
import type { SentMessage } from './records.js';
import { MAX_RETRIES } from './stanzas.js';
import { statusStanza } from './status-stanza.js';
import { TrustedContacts } from './trusted-contacts.js';

/**
 * What leaves a phone. Everything is durable together with what its encryption changed; to be called in the phone's turn, since
 * no two may encrypt at once.
 */
export class PhoneSender {
  private readonly trusted: TrustedContacts;

  constructor(private readonly parts: PhoneParts) {
    this.trusted = new TrustedContacts(parts.network, parts.account);
  }

  newId(): string {
    return generateMessageIDV2(this.parts.account.jid('pn'));
  }

  /** Sends a receipt; `entries` become durable with it. */
  tell(receipt: BinaryNode, entries: readonly StoreEntry[]): Promise<void> {
    const { network, account, signal } = this.parts;
    return forwardReceipt(network, account, 0, receipt, [...entries, ...signal.takeDirty()]);
  }

  /** Sends a message to a person: to each of their devices, and to the phone's own companions. */
  async send(recipient: Account, id: string, message: proto.Message, addressing: Addressing): Promise<SentMessage> {
    const { account, records } = this.parts;
    const { type, edit, encAttrs } = stanzaShape(message);
    const own = { deviceSentMessage: { destinationJid: recipient.jid(addressing), message } };
    const content: BinaryNode[] = [];
    for (const device of recipient === account ? [] : recipient.devices()) {
      content.push(...(await this.participant(recipient, device, message, addressing, encAttrs)));
    }
    for (const device of account.companions.keys()) {
      content.push(...(await this.participant(account, device, own, addressing, encAttrs)));
    }
    const attrs = { id, to: recipient.jid(addressing), type, ...(edit === undefined ? {} : { edit }) };
    const { text } = describeContent(message);
    const record = records.addSent({
      id,
      to: personOf(recipient),
      text,
      content: contentOf(message),
      timestampMs: Date.now(),
    });
    const node = { tag: 'message', attrs, content: [{ tag: 'participants', attrs: {}, content }] };
    // First, so that whoever answers at once may.
    await this.trusted.issue(recipient);
    await this.forward(node, [records.sentEntry(record)]);
    records.announce();
    return record;
  }

  async sendToGroup(group: Group, id: string, message: proto.Message): Promise<SentMessage> {
    const { network, account, signal } = this.parts;
    const node = await groupStanza(network, account, signal, group, { id, message });
    return this.sendToMany(node, group.jid, membersOf(network, group), { id, message });
  }

  async sendStatus(audience: readonly Account[], id: string, message: proto.Message): Promise<SentMessage> {
    const node = await statusStanza(this.parts.account, this.parts.signal, audience, { id, message });
    return this.sendToMany(node, STATUS_JID, audience, { id, message });
  }

  /** Sends something that only this account's devices understand to one companion; `entries` become durable with it. */
  async sendPeer(device: number, message: proto.IMessage, entries: readonly StoreEntry[] = []): Promise<void> {
    const { network, account, signal } = this.parts;
    const enc = await signal.encrypt(account, device, message);
    if (!enc) return network.commit([...entries, ...signal.takeDirty()], []);
    const attrs = { id: this.newId(), to: account.jid('pn', device), type: 'text', category: 'peer' };
    await this.forward({ tag: 'message', attrs, content: [enc] }, entries);
  }

  /** A companion could not decrypt: it gets the message again, alone, in a fresh session. */
  async resend(node: BinaryNode, done: StoreEntry): Promise<void> {
    const { network, account: self, records, signal } = this.parts;
    const { id = '', from = '', participant } = node.attrs;
    const asking = addressOf(participant ?? from);
    const account = network.directory.findByJid(participant ?? from);
    const sent = records.findSent(id);
    const recipient = sent && network.directory.find(sent.to.phone);
    const count = Number(childOf(node, 'retry')?.attrs.count ?? 1);
    if (!asking || !account || !recipient || count > MAX_RETRIES) {
      network.store.put([done]);
      return;
    }
    // Journals of before had the text alone.
    const message = messageOf(sent.content ?? { conversation: sent.text });
    if (isForMany(from)) {
      const to = { account, device: asking.device };
      await this.forward(await groupResend(signal, from, to, { id, count, message }), [done]);
      return;
    }
    await signal.renew(account, asking.device);
    const { type, edit, encAttrs } = stanzaShape(message);
    const chat = recipient.jid(asking.addressing);
    const own = account === self;
    const content = own ? { deviceSentMessage: { destinationJid: chat, message } } : message;
    const enc = await signal.encrypt(account, asking.device, content);
    const to = account.jid(asking.addressing, asking.device);
    const attrs: Record<string, string> = { id, to, type, ...(own ? { recipient: chat } : {}) };
    if (edit !== undefined) attrs.edit = edit;
    const counted = enc ? [{ ...enc, attrs: { ...enc.attrs, ...encAttrs, count: count.toString() } }] : [];
    await this.forward({ tag: 'message', attrs, content: counted }, [done]);
  }

  private async forward(node: BinaryNode, entries: readonly StoreEntry[]): Promise<void> {
    const { network, account, signal } = this.parts;
    await forwardMessage(network, account, 0, node, [...entries, ...signal.takeDirty()]);
    const notices = lowKeyNotices(network, signal.takeUsedKeys());
    if (notices.length > 0) await network.commit([], notices);
  }

  private async sendToMany(
    node: BinaryNode,
    group: string,
    people: readonly Account[],
    { id, message }: { id: string; message: proto.Message },
  ): Promise<SentMessage> {
    const { account, records } = this.parts;
    const record = records.addSent({
      id,
      to: personOf(account),
      group,
      recipients: people.filter((one) => one !== account).map(({ phone }) => phone),
      text: describeContent(message).text,
      content: contentOf(message),
      timestampMs: Date.now(),
    });
    await this.forward(node, [records.sentEntry(record)]);
    records.announce();
    return record;
  }

  private async participant(
    account: Account,
    device: number,
    message: proto.IMessage,
    addressing: Addressing,
    encAttrs: Record<string, string>,
  ): Promise<BinaryNode[]> {
    const enc = await this.parts.signal.encrypt(account, device, message);
    if (!enc) return [];
    const content = [{ ...enc, attrs: { ...enc.attrs, ...encAttrs } }];
    return [{ tag: 'to', attrs: { jid: account.jid(addressing, device) }, content }];
  }
}
