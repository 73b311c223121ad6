import type { Account } from '../model/account.js';
import { isGroupJid } from '../model/group.js';
import { addressOf } from '../model/jid.js';
import type { Delivery, Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';
import { isStatusJid } from '../model/status.js';
import type { StoreEntry } from '../store/store.js';
import type { Connection } from './connection.js';
import { countDrainReceipt } from './drain.js';
import { forwardGroupReceipt } from './groups/route-group-receipt.js';
import { receiptDeliveries } from './receipt-deliveries.js';
import { forwardStatusReceipt } from './status/route-status.js';

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
  if (isGroupJid(to)) return forwardGroupReceipt(network, account, device, node, entries);
  if (isStatusJid(to)) return forwardStatusReceipt(network, account, device, node, entries);
  const author = network.directory.findByJid(to);
  const address = addressOf(to);
  if (!author || !address || to === undefined) return network.commit(entries, []);
  if (type === 'server-error') return network.commit(entries, mediaRequests(account, device, author, node));
  const { recipient } = node.attrs;
  const from = account.jid(address.addressing);
  const names = {
    // The real server names the asking device here, unlike in other receipts; clients depend on it.
    device: { from: account.jid(address.addressing, device), ...(recipient ? { recipient } : {}) },
    account: { from },
    own: { from, recipient: to.replace(/:\d+@/, '@') },
  };
  const said = { reader: account, readerDevice: device, author, authorDevice: address.device, node, names };
  return network.commit(entries, receiptDeliveries(said));
}

/** A companion found a file gone: its own phone, which has it still, is asked to give it again. */
function mediaRequests(account: Account, device: number, asked: Account, node: BinaryNode): Delivery[] {
  if (asked !== account) return [];
  const attrs = { id: node.attrs.id ?? '', type: 'server-error', from: account.jid('pn', device), t: stanzaTime() };
  return [{ account, device: 0, node: { tag: 'receipt', attrs, content: node.content } }];
}
