import { encodeWAMessage, proto, type SignalRepositoryWithLIDStore, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import type { BinaryNode } from '../model/node.js';
import type { PhoneKeys } from './phone-keys.js';

/** One device that is to read a group's messages. */
export interface GroupDevice {
  account: Account;
  device: number;
}

type EncryptFor = (to: GroupDevice, message: proto.IMessage) => Promise<BinaryNode | undefined>;

/** The keys by which a phone writes to groups, one for each, and those of the others by which it reads them. */
export class PhoneSenderKeys {
  constructor(
    private readonly account: Account,
    private readonly keys: PhoneKeys,
    private readonly repository: SignalRepositoryWithLIDStore,
  ) {}

  /**
   * A message encrypted once for all, and for devices that lack the key, the key beside it. Somebody who is gone must not
   * read on: the key is made anew when one of those who had it is not among the devices any more.
   */
  async encrypt(
    group: string,
    devices: readonly GroupDevice[],
    message: proto.IMessage,
    encryptFor: EncryptFor,
  ): Promise<BinaryNode[]> {
    const wanted = new Map(devices.map((one) => [one.account.jid('lid', one.device), one]));
    let holders: Record<string, boolean> = { ...this.keys.get('sender-key-memory', [group])[group] };
    if (Object.keys(holders).some((jid) => !wanted.has(jid))) {
      this.keys.set({ 'sender-key': { [this.nameOf(group)]: null } });
      holders = {};
    }
    const { ciphertext, senderKeyDistributionMessage } = await this.repository.encryptGroupMessage({
      group,
      meId: this.account.jid('lid'),
      data: encodeWAMessage(message),
    });
    const participants: BinaryNode[] = [];
    for (const [jid, to] of wanted) {
      if (holders[jid]) continue;
      const enc = await encryptFor(to, keyMessage(group, senderKeyDistributionMessage));
      if (!enc) continue;
      participants.push({ tag: 'to', attrs: { jid }, content: [enc] });
      holders[jid] = true;
    }
    this.keys.set({ 'sender-key-memory': { [group]: holders } });
    const common = { tag: 'enc', attrs: { v: '2', type: 'skmsg' }, content: ciphertext };
    return participants.length > 0 ? [common, { tag: 'participants', attrs: {}, content: participants }] : [common];
  }

  /** The key to put beside a message that one device gets again. */
  async keyFor(group: string): Promise<proto.IMessage> {
    const meId = this.account.jid('lid');
    return keyMessage(group, await this.repository.getSenderKeyDistributionMessage({ group, meId }));
  }

  /** Takes in the key of another device's messages, if this message brings one. */
  async learn(authorJid: string, { senderKeyDistributionMessage: item }: proto.IMessage): Promise<void> {
    if (item) await this.repository.processSenderKeyDistributionMessage({ authorJid, item });
  }

  /** Rejects when the key is not known here. */
  async decrypt(group: string, authorJid: string, ciphertext: Uint8Array): Promise<proto.Message> {
    const plain = await this.repository.decryptGroupMessage({ group, authorJid, msg: ciphertext });
    return proto.Message.decode(unpadRandomMax16(plain));
  }

  /** The library's name of the phone's own key: group, LID in its domain, device. */
  private nameOf(group: string): string {
    return `${group}::${this.account.lid}_1::0`;
  }
}

function keyMessage(groupId: string, key: Uint8Array): proto.IMessage {
  return { senderKeyDistributionMessage: { groupId, axolotlSenderKeyDistributionMessage: key } };
}
