import type { Account, AccountRecord, Companion } from './model/account.js';
import type { ChannelPost, ChannelRecord } from './model/channel.js';
import type { GroupRecord } from './model/group.js';
import type { Network } from './model/network.js';
import type { BinaryNode } from './model/node.js';
import type { HistorySeed } from './phone/history/seed.js';
import type { ReceivedMessage, SentMessage } from './phone/records.js';
import { VirtualPhone } from './phone/virtual-phone.js';
import type { StoreEntry } from './store/store.js';

type Restorer = (account: Account, phone: VirtualPhone, rest: string[], value: unknown) => void;

/** How each kind of key is put back; the rest of the key follows the phone number. */
const RESTORERS: Record<string, Restorer> = {
  companion: (account, _phone, _rest, value) => {
    const companion = value as Companion;
    account.companions.set(companion.device, companion);
  },
  prekey: (account, _phone, [device, keyId], value) => {
    const pool = account.preKeys.get(Number(device)) ?? new Map<number, Buffer>();
    pool.set(Number(keyId), value as Buffer);
    account.preKeys.set(Number(device), pool);
  },
  queue: (account, _phone, [device, seq], value) => {
    account.outbox(Number(device)).restore(Number(seq), value as BinaryNode);
  },
  watch: (account, _phone, [watcher]) => {
    if (watcher !== undefined) account.watchers.add(watcher);
  },
  signal: (_account, phone, [type, id], value) => {
    if (type !== undefined && id !== undefined) phone.signal.keys.restore(type, id, value);
  },
  appstate: (account, _phone, [collection, version], value) => {
    if (collection !== undefined) account.appState.restore(collection, Number(version), value as Buffer);
  },
  received: (_account, phone, _rest, value) => phone.records.restoreReceived(value as ReceivedMessage),
  sent: (_account, phone, _rest, value) => phone.records.restoreSent(value as SentMessage),
};

/** Puts the state that survived back into the network; returns its phones by number. */
export function restoreNetwork(network: Network, entries: Iterable<StoreEntry>): Map<string, VirtualPhone> {
  const phones = new Map<string, VirtualPhone>();
  const others: StoreEntry[] = [];
  for (const entry of entries) {
    if (!entry[0].startsWith('account/')) {
      others.push(entry);
      continue;
    }
    const account = network.directory.restore(entry[1] as AccountRecord);
    phones.set(account.phone, new VirtualPhone(network, account));
  }
  const posts: [channel: string, post: ChannelPost][] = [];
  for (const [key, value] of others) {
    const [kind = '', number = '', ...rest] = key.split('/');
    const phone = phones.get(number);
    if (kind === 'group') network.groups.restore(value as GroupRecord);
    else if (kind === 'channel') network.channels.restore(value as ChannelRecord);
    else if (kind === 'channelpost') posts.push([number, value as ChannelPost]);
    else if (kind === 'privacy') network.privacy.set(number, value as Record<string, string>);
    else if (kind === 'history') network.histories.set(number, value as HistorySeed);
    else if (kind === 'blocked') network.blocked.set(number, new Set(value as string[]));
    else if (phone) RESTORERS[kind]?.(phone.account, phone, rest, value);
  }
  for (const [channel, post] of posts) network.channels.restorePost(channel, post);
  for (const phone of phones.values()) phone.records.sortRestored();
  return phones;
}
