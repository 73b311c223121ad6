import type { Account, DeviceLink } from '../model/account.js';
import { addressOf } from '../model/jid.js';
import type { Network } from '../model/network.js';
import { type BinaryNode, childrenOf } from '../model/node.js';
import type { Connection } from './connection.js';

/** What somebody shows, as the control API says it. */
export type ShownState = 'online' | 'offline' | 'typing' | 'recording' | 'paused';

/** Presence is told to whoever is there and forgotten: nothing of it waits for a device. */
export function routePresence(network: Network, connection: Connection, { attrs }: BinaryNode): void {
  const { account } = connection;
  if (!account) return;
  const { type, to } = attrs;
  if (type === 'subscribe') {
    const target = network.directory.findByJid(to);
    if (!target || !to) return;
    const addressing = addressOf(to)?.addressing ?? 'pn';
    target.followers.set(connection, addressing);
    if (target.shown !== undefined) tellPresence(target, connection, target.shown);
    return;
  }
  if (type !== 'available' && type !== 'unavailable') return;
  connection.available = type === 'available';
  showPresence(account, type === 'available' ? 'online' : 'offline');
}

/** Typing and recording, to the other side of a chat. */
export function routeChatState(network: Network, connection: Connection, node: BinaryNode): void {
  const { account } = connection;
  const other = network.directory.findByJid(node.attrs.to);
  const [state] = childrenOf(node);
  if (!account || !other || !state) return;
  const shown = state.attrs.media === 'audio' ? 'recording' : state.tag === 'composing' ? 'typing' : 'paused';
  showChatState(account, other, shown);
}

/** Somebody is online or has gone: their followers are told. */
export function showPresence(account: Account, state: 'online' | 'offline'): void {
  account.shown = state;
  for (const follower of account.followers.keys()) tellPresence(account, follower, state);
}

function tellPresence(account: Account, link: DeviceLink, state: 'online' | 'offline'): void {
  const addressing = account.followers.get(link) ?? 'pn';
  const type = state === 'online' ? 'available' : 'unavailable';
  const last = Math.floor(Date.now() / 1000).toString();
  const attrs = { from: account.jid(addressing), type, ...(state === 'offline' ? { last } : {}) };
  if (link.available) link.send({ tag: 'presence', attrs });
}

/** Somebody types to somebody: told to those of the other's devices that are shown as online, and kept for its phone. */
export function showChatState(account: Account, other: Account, state: ShownState): void {
  other.seenTyping.push({ from: account.phone, state, atMs: Date.now() });
  other.seenTyping.splice(0, Math.max(0, other.seenTyping.length - 200));
  const content: BinaryNode[] =
    state === 'paused'
      ? [{ tag: 'paused', attrs: {} }]
      : [{ tag: 'composing', attrs: state === 'recording' ? { media: 'audio' } : {} }];
  for (const [device, link] of other.links) {
    if (!link.available) continue;
    const attrs = { from: account.jid('pn'), to: other.jid('pn', device) };
    link.send({ tag: 'chatstate', attrs, content });
  }
}
