import type { Account } from '../../model/account.js';
import type { Network } from '../../model/network.js';
import type { BinaryNode } from '../../model/server-node.js';
import { STATUS_JID } from '../../model/status.js';
import type { StoreEntry } from '../../store/store.js';
import { forwardMemberReceipt } from '../groups/route-group-receipt.js';
import { deliveriesToMany, deliveryToOne, isForOne, namedDevices } from '../message-to-many.js';

/**
 * Queues a status for the devices that its sender encrypted the key for: the network knows nobody's audience, so a status goes
 * to those whom the message names, each time anew. Who has blocked the sender gets nothing, and nobody is told.
 */
export async function forwardStatus(
  network: Network,
  sender: Account,
  senderDevice: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<undefined> {
  const message = { to: STATUS_JID, sender, senderDevice, node };
  const isWilling = (account: Account) => !network.hasBlocked(account, sender);
  const willing = namedDevices(network, node).filter(({ account }) => isWilling(account));
  const deliveries = isForOne(node)
    ? deliveryToOne(network, message, isWilling)
    : deliveriesToMany(network, message, willing);
  await network.commit(entries, deliveries);
  return undefined;
}

/** Forwards what somebody says of a status to whoever posted it, whom the receipt names as participant. */
export function forwardStatusReceipt(
  network: Network,
  account: Account,
  device: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<void> {
  const author = network.directory.findByJid(node.attrs.participant);
  if (!author) return network.commit(entries, []);
  return forwardMemberReceipt(network, { account, device, author, node }, entries);
}
