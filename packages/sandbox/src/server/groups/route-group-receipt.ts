import type { Account } from '../../model/account.js';
import { addressOf } from '../../model/jid.js';
import type { Network } from '../../model/network.js';
import type { BinaryNode } from '../../model/server-node.js';
import type { StoreEntry } from '../../store/store.js';
import { receiptDeliveries } from '../receipt-deliveries.js';

/**
 * Forwards the receipt of one member to whoever wrote the message, which the receipt names as participant. Requests to send
 * again go to the device that sent, and name the device that asks.
 */
export function forwardGroupReceipt(
  network: Network,
  account: Account,
  device: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<void> {
  const { to = '', participant } = node.attrs;
  const group = network.groups.find(to);
  const author = network.directory.findByJid(participant);
  if (!group?.member(account) || !author) return network.commit(entries, []);
  return forwardMemberReceipt(network, { account, device, author, node }, entries);
}

/** The receipt of one of many to whom a message went. */
export function forwardMemberReceipt(
  network: Network,
  { account, device, author, node }: { account: Account; device: number; author: Account; node: BinaryNode },
  entries: readonly StoreEntry[],
): Promise<void> {
  const { to = '', participant = '' } = node.attrs;
  const names = {
    device: { from: to, participant: account.jid('lid', device), participant_pn: account.jid('pn', device) },
    account: { from: to, participant: account.jid('lid'), participant_pn: account.jid('pn') },
    own: { from: to, participant },
  };
  const authorDevice = addressOf(participant)?.device ?? 0;
  const said = { reader: account, readerDevice: device, author, authorDevice, node, names };
  return network.commit(entries, receiptDeliveries(said));
}
