import type { Account } from '../model/account.js';
import { addressOf } from '../model/jid.js';
import type { Delivery, Network } from '../model/network.js';
import { childrenOf, stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';
import type { StoreEntry } from '../store/store.js';
import type { Connection } from './connection.js';
import { countDrainReceipt } from './drain.js';

/** Ranks of what is forwarded; a receipt that says no more than an earlier one is not repeated. */
const RANKS: Record<string, number> = { delivery: 1, read: 2, played: 3 };
const REMEMBERED_RECEIPTS = 20_000;

/** Takes a companion's receipt: the message leaves its queue, and the sender hears of it. */
export async function routeReceipt(network: Network, connection: Connection, node: BinaryNode): Promise<void> {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  const { type = '', id = '', to } = node.attrs;
  const entries: StoreEntry[] = [];
  if (type !== 'read' && type !== 'read-self' && type !== 'played') {
    const settled = account.outbox(device).settle({ tag: 'message', id, matchType: false });
    if (settled) entries.push(settled);
  }
  await forwardReceipt(network, account, device, node, entries);
  connection.send({
    tag: 'ack',
    attrs: { class: 'receipt', id, ...(to ? { from: to } : {}), ...(type ? { type } : {}) },
  });
  countDrainReceipt(connection);
}

/** Takes an ack of a stanza the server sent; it leaves the device's queue. */
export function acknowledge(network: Network, connection: Connection, node: BinaryNode): void {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  const { class: tag = '', id = '', type } = node.attrs;
  // An ack repeats the type of a receipt; that of a message is the client's own affair.
  const settled = account.outbox(device).settle({ tag, id, type, matchType: tag === 'receipt' });
  if (settled) network.store.put([settled]);
}

/** Forwards a receipt of any device, the phone included, to whom it concerns; `entries` become durable with it. */
export function forwardReceipt(
  network: Network,
  account: Account,
  device: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<void> {
  const { type = '', to } = node.attrs;
  const sender = network.directory.findByJid(to);
  if (!sender) return network.commit(entries, []);
  switch (type) {
    case 'retry':
      return network.commit(entries, retryDeliveries(account, device, sender, node));
    case '':
    case 'inactive':
      return network.commit(entries, statusDeliveries(account, sender, node, 'delivery'));
    case 'read':
    case 'played':
      return network.commit(entries, [
        ...statusDeliveries(account, sender, node, type),
        ...selfDeliveries(account, device, node),
      ]);
    case 'read-self':
      return network.commit(entries, selfDeliveries(account, device, node));
    default:
      return network.commit(entries, []);
  }
}

/** The real server names the asking device here, unlike in other receipts; clients depend on it. */
function retryDeliveries(account: Account, device: number, sender: Account, node: BinaryNode): Delivery[] {
  const address = addressOf(node.attrs.to);
  if (!address) return [];
  const attrs: Record<string, string> = {
    id: node.attrs.id ?? '',
    type: 'retry',
    from: account.jid(address.addressing, device),
    t: stanzaTime(),
  };
  if (node.attrs.recipient) attrs.recipient = node.attrs.recipient;
  return [{ account: sender, device: address.device, node: { tag: 'receipt', attrs, content: node.content } }];
}

function statusDeliveries(account: Account, sender: Account, node: BinaryNode, kind: string): Delivery[] {
  const address = addressOf(node.attrs.to);
  if (!address || sender === account) return [];
  const rank = RANKS[kind] ?? 0;
  const ids = idsOf(node).filter((id) => rememberRank(account, `${sender.phone}|${id}`, rank));
  if (ids.length === 0) return [];
  const from = account.jid(address.addressing);
  return sender.devices().map((device) => ({ account: sender, device, node: receiptNode(ids, from, kind) }));
}

/** The reader's own other devices learn that the chat was read. */
function selfDeliveries(account: Account, device: number, node: BinaryNode): Delivery[] {
  const address = addressOf(node.attrs.to);
  const { to } = node.attrs;
  if (!address || !to) return [];
  const chat = to.replace(/:\d+@/, '@');
  return [...account.companions.keys()]
    .filter((other) => other !== device)
    .map((other) => {
      const receipt = receiptNode(idsOf(node), account.jid(address.addressing), 'read-self');
      return { account, device: other, node: { ...receipt, attrs: { ...receipt.attrs, recipient: chat } } };
    });
}

function receiptNode(ids: string[], from: string, kind: string): BinaryNode {
  const [id = '', ...rest] = ids;
  const attrs: Record<string, string> = { id, from, t: stanzaTime() };
  if (kind !== 'delivery') attrs.type = kind;
  const items = rest.map((item) => ({ tag: 'item', attrs: { id: item } }));
  return {
    tag: 'receipt',
    attrs,
    content: items.length > 0 ? [{ tag: 'list', attrs: {}, content: items }] : undefined,
  };
}

/** All message ids of a receipt. */
export function idsOf(node: BinaryNode): string[] {
  const listed = childrenOf(node, 'list').flatMap((list) =>
    childrenOf(list, 'item').map(({ attrs }) => attrs.id ?? ''),
  );
  return [node.attrs.id ?? '', ...listed].filter((id) => id !== '');
}

const ranks = new WeakMap<Account, Map<string, number>>();

/** Whether `rank` is news for this message; remembers it, and forgets the oldest of very many. */
function rememberRank(account: Account, key: string, rank: number): boolean {
  let known = ranks.get(account);
  if (!known) {
    known = new Map();
    ranks.set(account, known);
  }
  if ((known.get(key) ?? 0) >= rank) return false;
  known.delete(key);
  known.set(key, rank);
  if (known.size > REMEMBERED_RECEIPTS) {
    const oldest = known.keys().next().value;
    if (oldest !== undefined) known.delete(oldest);
  }
  return true;
}
