import {
  DEFAULT_CONNECTION_CONFIG,
  encodeWAMessage,
  generateSignalPubKey,
  proto,
  type SignalRepositoryWithLIDStore,
  unpadRandomMax16,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';
import type { Account, KeyBundle } from '../model/account.js';
import { type BinaryNode, bytesOf, childrenOf } from '../model/node.js';
import type { TakenKeys } from '../server/low-keys.js';
import type { StoreEntry } from '../store/store.js';
import { PhoneKeys } from './phone-keys.js';
import { PhoneSenderKeys } from './phone-sender-keys.js';

const silent = pino({ level: 'silent' });

/** A phone's Signal sessions, by the library's own implementation. Addresses are always LID ones, as on the real network. */
export class PhoneSignal {
  readonly keys: PhoneKeys;
  readonly senderKeys: PhoneSenderKeys;
  private readonly repository: SignalRepositoryWithLIDStore;
  private readonly usedKeys: TakenKeys[] = [];
  private taken: StoreEntry[] = [];

  constructor(account: Account) {
    this.keys = new PhoneKeys(account.phone);
    const creds = {
      signedIdentityKey: account.record.identity,
      registrationId: account.record.registrationId,
      // Asked for when somebody starts a session, which takes the bundle, which makes the key.
      get signedPreKey() {
        return account.signedPreKey().key;
      },
    };
    this.repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys: this.keys }, silent);
    this.senderKeys = new PhoneSenderKeys(account, this.keys, this.repository);
  }

  /** The `enc` for one device, starting a session if there is none; undefined when the device does not exist. */
  async encrypt(account: Account, device: number, message: proto.IMessage): Promise<BinaryNode | undefined> {
    const jid = account.jid('lid', device);
    if (!(await this.repository.validateSession(jid)).exists) {
      const bundle = this.takeBundle(account, device);
      if (!bundle) return undefined;
      await this.repository.injectE2ESession({ jid, session: sessionOf(bundle) });
    }
    const { type, ciphertext } = await this.repository.encryptMessage({ jid, data: encodeWAMessage(message) });
    return { tag: 'enc', attrs: { v: '2', type }, content: ciphertext };
  }

  /** What a device encrypted for this phone; undefined when it cannot be decrypted. */
  async decrypt(author: Account, device: number, node: BinaryNode): Promise<proto.Message | undefined> {
    const enc = childrenOf(node, 'enc').at(-1);
    const ciphertext = bytesOf(enc);
    const type = enc?.attrs.type;
    if (!ciphertext || (type !== 'pkmsg' && type !== 'msg')) return undefined;
    try {
      const plain = await this.repository.decryptMessage({ jid: author.jid('lid', device), type, ciphertext });
      return proto.Message.decode(unpadRandomMax16(plain));
    } catch {
      return undefined;
    }
  }

  /** What a device wrote to a group, once for all or, sent again, for this phone alone; undefined when it cannot be read. */
  async decryptFromGroup(
    group: string,
    author: Account,
    device: number,
    node: BinaryNode,
  ): Promise<proto.IMessage | undefined> {
    const authorJid = author.jid('lid', device);
    let found: proto.IMessage | undefined;
    for (const enc of childrenOf(node, 'enc')) {
      const ciphertext = bytesOf(enc);
      if (!ciphertext) continue;
      const plain =
        enc.attrs.type === 'skmsg'
          ? await this.senderKeys.decrypt(group, authorJid, ciphertext).catch(() => undefined)
          : await this.decrypt(author, device, { ...node, content: [enc] });
      const { senderKeyDistributionMessage: key, ...message } = plain ?? {};
      await this.senderKeys.learn(authorJid, { senderKeyDistributionMessage: key });
      // What only accompanies a message is none.
      const kinds = Object.entries(message).filter(([kind, value]) => kind !== 'messageContextInfo' && value);
      if (kinds.length > 0) found = message;
    }
    return found;
  }

  /**
   * Begins a fresh session with a device, in which the next message goes out. The one before can still be read: what the
   * device has on the way is encrypted in it.
   */
  async renew(account: Account, device: number): Promise<void> {
    const bundle = this.takeBundle(account, device);
    if (!bundle) return;
    await this.repository.injectE2ESession({ jid: account.jid('lid', device), session: sessionOf(bundle) });
  }

  /** Whose one-time keys sessions were begun from since the last time. */
  takeUsedKeys(): TakenKeys[] {
    return this.usedKeys.splice(0);
  }

  /** What changed since the last time, for the journal. */
  takeDirty(): StoreEntry[] {
    const entries = [...this.taken, ...this.keys.takeDirty()];
    this.taken = [];
    return entries;
  }

  close(): void {
    this.repository.close?.();
  }

  private takeBundle(account: Account, device: number): KeyBundle | undefined {
    const taken = account.takeBundle(device);
    if (!taken) return undefined;
    this.taken.push(...taken.entries);
    if (taken.bundle.preKey) this.usedKeys.push({ account, device, bundle: taken.bundle });
    return taken.bundle;
  }
}

function sessionOf(bundle: KeyBundle): Parameters<SignalRepositoryWithLIDStore['injectE2ESession']>[0]['session'] {
  const { registrationId, identity, signedPreKey, preKey } = bundle;
  return {
    registrationId,
    identityKey: generateSignalPubKey(identity),
    signedPreKey: { ...signedPreKey, publicKey: generateSignalPubKey(signedPreKey.publicKey) },
    preKey: preKey && { keyId: preKey.keyId, publicKey: generateSignalPubKey(preKey.publicKey) },
  };
}
