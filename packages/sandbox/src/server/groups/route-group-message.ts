import type { Account } from '../../model/account.js';
import type { Group } from '../../model/group.js';
import type { Delivery, Network } from '../../model/network.js';
import { childOf } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import type { StoreEntry } from '../../store/store.js';
import { countedOf, deliveriesToMany, deliveryToOne, isForOne, type ToMany } from '../message-to-many.js';
import { membersOf } from './group-nodes.js';

/** The real server's codes for these are not known; a member of an unknown group and a stranger get the same on purpose. */
const ACK_ERRORS = { unknown: 404, notMember: 403, adminsOnly: 420, malformedResend: 479 } as const;

/**
 * Queues a message for every device of every member, with the sender key for those that it was encrypted for.
 * Returns the error code of the ack, undefined when it was accepted.
 */
export async function forwardToGroup(
  network: Network,
  sender: Account,
  senderDevice: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<number | undefined> {
  const group = network.groups.find(node.attrs.to);
  const error = refusal(network, group, sender, node);
  const message = { to: node.attrs.to ?? '', sender, senderDevice, node };
  const deliveries = group && error === undefined ? deliveriesOf(network, group, message) : [];
  await network.commit(entries, deliveries);
  return error;
}

function refusal(network: Network, group: Group | undefined, sender: Account, node: BinaryNode): number | undefined {
  if (!group) return ACK_ERRORS.unknown;
  if (!group.member(sender)) return ACK_ERRORS.notMember;
  const isResend = countedOf(node) !== undefined;
  if (group.record.announce && !group.isAdmin(sender) && !isResend) return ACK_ERRORS.adminsOnly;
  if (isResend && childOf(node, 'participants') && network.options.strictRetry) return ACK_ERRORS.malformedResend;
  return undefined;
}

function deliveriesOf(network: Network, group: Group, message: ToMany): Delivery[] {
  if (isForOne(message.node)) return deliveryToOne(network, message, (account) => group.member(account) !== undefined);
  const recipients = membersOf(network, group).flatMap((account) =>
    account.devices().map((device) => ({ account, device })),
  );
  return deliveriesToMany(network, message, recipients);
}
