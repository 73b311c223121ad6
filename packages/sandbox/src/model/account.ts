import { signedKeyPair } from '@whiskeysockets/baileys';
import type { StoreEntry } from '../store/store.js';
import { AppState } from './app-state.js';
import type { NewChatCap, Restriction } from './enforcement.js';
import type { Face } from './face.js';
import { type Addressing, jidOf } from './jid.js';
import type { BinaryNode } from './node.js';
import { Outbox } from './outbox.js';

export const AUTO_REPLIES = ['none', 'echo', 'silent', 'slow-reader'] as const;

/** What a phone does by itself: nothing but deliver, answer with the same text, not even deliver, or read late. */
export type AutoReply = (typeof AUTO_REPLIES)[number];

/** An identity or prekey pair; buffers so that they survive the journal. */
export interface StoredKeyPair {
  public: Buffer;
  private: Buffer;
}

/** A signed prekey with its private half. */
export interface StoredSignedPreKey {
  keyId: number;
  keyPair: StoredKeyPair;
  signature: Buffer;
}

/** The durable part of an account: the person, and the keys of the phone (device 0). */
export interface AccountRecord {
  phone: string;
  lid: string;
  name: string;
  autoReply: AutoReply;
  createdAtMs: number;
  registrationId: number;
  identity: StoredKeyPair;
  /** Made when first needed: signing takes milliseconds, which thousands of phones would feel. */
  signedPreKey?: StoredSignedPreKey;
  appStateKey: { id: Buffer; data: Buffer };
  /** The next device id a companion gets; ids are never reused, so that old sessions never meet a new device. */
  nextDevice: number;
  /** Banned: no log-in, but this failure code. */
  banCode?: number;
  /** Possibly over; see `activeRestriction`. */
  restriction?: Restriction;
  /** Possibly over; see `activeCap`. */
  newChatCap?: NewChatCap;
  /** Whether linking a companion takes a passkey. */
  passkeyRequired?: boolean;
  face?: Face;
  /** Known to others by LID only: what it sends under the LID does not tell the number. */
  phoneHidden?: boolean;
  /** The phone takes nothing in and sends nothing; its companions do not mind. */
  switchedOff?: boolean;
}

/** The public half of a signed prekey. */
export interface PublicSignedPreKey {
  keyId: number;
  publicKey: Buffer;
  signature: Buffer;
}

/** What a device has asked for while it was linked, of what the phone has kept from before. */
export interface HistoryWish {
  /** Everything, not only what is recent. */
  full: boolean;
  /** The first chunk may come inside the message that tells of it. */
  inline: boolean;
  recentDays?: number;
  fullDays?: number;
}

/** A linked device other than the phone. */
export interface Companion {
  device: number;
  keyIndex: number;
  noisePublic: Buffer;
  identity: Buffer;
  registrationId: number;
  signedPreKey: PublicSignedPreKey;
  platform: string;
  /** Absent on devices that were linked before the sandbox kept it. */
  history?: HistoryWish;
  linkedAtMs: number;
  /** Whether the phone has sent it the app-state key and the history. */
  bootstrapped: boolean;
  /** Whether it ever uploaded one-time keys; only then is it told when they run low. */
  uploadedPreKeys: boolean;
}

/** What the routing needs of a device's connection. */
export interface DeviceLink {
  /** Sends what is unsent. */
  pump(): void;
  /** Sends something that nobody waits for. */
  send(node: BinaryNode): void;
  /** Whether the device is shown as online: only then is it told what others show. */
  available: boolean;
  /** Ends the connection with a stream error. */
  endWithStreamError(attrs: Record<string, string>, child?: { tag: string; attrs: Record<string, string> }): void;
}

/** What one-time use takes of a device's keys. */
export interface KeyBundle {
  registrationId: number;
  identity: Buffer;
  signedPreKey: PublicSignedPreKey;
  preKey?: { keyId: number; publicKey: Buffer };
  /** One-time keys left after this; undefined for devices that have none to begin with. */
  remaining?: number;
}

/** A WhatsApp account: one person, their phone, their companions, and what waits for each of these devices. */
export class Account {
  readonly companions = new Map<number, Companion>();
  readonly preKeys = new Map<number, Map<number, Buffer>>();
  readonly links = new Map<number, DeviceLink>();
  /** Accounts that asked for this one's devices and hear when they change. */
  readonly watchers = new Set<string>();
  readonly appState: AppState;
  /** Devices that follow what the account shows, and how they address it. */
  readonly followers = new Map<DeviceLink, Addressing>();
  /** What the account shows; undefined before it has shown anything. */
  shown: 'online' | 'offline' | undefined;
  /** Who typed to the account, newest last. */
  readonly seenTyping: { from: string; state: string; atMs: number }[] = [];
  /** Called when something waits for the phone. */
  onPhoneInbox: () => void = () => undefined;
  private readonly outboxes = new Map<number, Outbox>();

  constructor(readonly record: AccountRecord) {
    this.appState = new AppState(record.phone);
  }

  get phone(): string {
    return this.record.phone;
  }

  get lid(): string {
    return this.record.lid;
  }

  /** The JID of one of the account's devices; without a device, of the account. */
  jid(addressing: Addressing, device = 0): string {
    return jidOf(addressing === 'lid' ? this.lid : this.phone, addressing, device);
  }

  hasDevice(device: number): boolean {
    return device === 0 || this.companions.has(device);
  }

  /** All device ids, the phone first. */
  devices(): number[] {
    return [0, ...this.companions.keys()];
  }

  outbox(device: number): Outbox {
    let outbox = this.outboxes.get(device);
    if (!outbox) {
      outbox = new Outbox(`queue/${this.phone}/${device}`);
      this.outboxes.set(device, outbox);
    }
    return outbox;
  }

  /** Offers a device what waits for it. */
  wake(device: number): void {
    if (device === 0) this.onPhoneInbox();
    else this.links.get(device)?.pump();
  }

  recordEntry(): StoreEntry {
    return [`account/${this.phone}`, { ...this.record }];
  }

  companionEntry(companion: Companion): StoreEntry {
    return [`companion/${this.phone}/${companion.device}`, { ...companion }];
  }

  preKeyEntry(device: number, keyId: number, publicKey: Buffer | undefined): StoreEntry {
    return [`prekey/${this.phone}/${device}/${keyId}`, publicKey];
  }

  /** Removes a companion with everything kept for it; the caller commits the entries. */
  removeCompanion(device: number): StoreEntry[] {
    const entries: StoreEntry[] = [[`companion/${this.phone}/${device}`, undefined], ...this.outbox(device).clear()];
    for (const keyId of this.preKeys.get(device)?.keys() ?? []) {
      entries.push(this.preKeyEntry(device, keyId, undefined));
    }
    this.companions.delete(device);
    this.preKeys.delete(device);
    this.outboxes.delete(device);
    return entries;
  }

  /**
   * Keys from which somebody starts a Signal session with a device; takes one of its one-time keys if it has any.
   * Undefined for a device that does not exist.
   */
  takeBundle(device: number): { bundle: KeyBundle; entries: StoreEntry[] } | undefined {
    if (device === 0) return this.phoneBundle();
    const companion = this.companions.get(device);
    if (!companion) return undefined;
    const { registrationId, identity, signedPreKey } = companion;
    const pool = this.preKeys.get(device);
    const first = pool?.entries().next().value;
    if (!pool || !first) return { bundle: { registrationId, identity, signedPreKey }, entries: [] };
    const [keyId, publicKey] = first;
    pool.delete(keyId);
    const bundle = { registrationId, identity, signedPreKey, preKey: { keyId, publicKey }, remaining: pool.size };
    return { bundle, entries: [this.preKeyEntry(device, keyId, undefined)] };
  }

  /** The phone's signed prekey; the entries are to be committed when it was just made. */
  signedPreKey(): { key: StoredSignedPreKey; entries: StoreEntry[] } {
    if (this.record.signedPreKey) return { key: this.record.signedPreKey, entries: [] };
    const { keyId, keyPair, signature } = signedKeyPair(this.record.identity, 1);
    const key = { keyId, keyPair: storedKeyPair(keyPair), signature: Buffer.from(signature) };
    this.record.signedPreKey = key;
    return { key, entries: [this.recordEntry()] };
  }

  private phoneBundle(): { bundle: KeyBundle; entries: StoreEntry[] } {
    const { registrationId, identity } = this.record;
    const { key, entries } = this.signedPreKey();
    const signedPreKey = { keyId: key.keyId, publicKey: key.keyPair.public, signature: key.signature };
    return { bundle: { registrationId, identity: identity.public, signedPreKey }, entries };
  }
}

/** Copies the library's key pair into buffers. */
export function storedKeyPair(pair: { public: Uint8Array; private: Uint8Array }): StoredKeyPair {
  return { public: Buffer.from(pair.public), private: Buffer.from(pair.private) };
}
