import type { Account } from '../../model/account.js';
import type { Group } from '../../model/group.js';
import { addressOf } from '../../model/jid.js';
import type { Delivery, Network } from '../../model/network.js';
import { childOf, childrenOf, stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import type { StoreEntry } from '../../store/store.js';
import { membersOf } from './group-nodes.js';

/** The real server's codes for these are not known; a member of an unknown group and a stranger get the same on purpose. */
const ACK_ERRORS = { unknown: 404, notMember: 403, adminsOnly: 420, malformedResend: 479 } as const;

interface Sending {
  group: Group;
  sender: Account;
  senderDevice: number;
  node: BinaryNode;
}

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
  const sending = group && { group, sender, senderDevice, node };
  await network.commit(entries, sending && error === undefined ? deliveriesOf(network, sending) : []);
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

function countedOf(node: BinaryNode): BinaryNode | undefined {
  return childrenOf(node, 'enc').find((enc) => enc.attrs.count !== undefined);
}

function deliveriesOf(network: Network, sending: Sending): Delivery[] {
  const { node } = sending;
  const identity = childrenOf(node, 'device-identity');
  const counted = countedOf(node);
  const one = addressOf(node.attrs.participant);
  if (counted || one) {
    const account = network.directory.findByJid(node.attrs.participant);
    const enc = counted ?? childOf(node, 'enc');
    if (!account || !one || !enc || !sending.group.member(account)) return [];
    return [{ account, device: one.device, node: stanza(sending, account, [enc, ...identity]) }];
  }
  const keys = keysByDevice(network, node);
  const common = childrenOf(node, 'enc');
  return membersOf(network, sending.group).flatMap((account) =>
    account.devices().flatMap((device) => {
      // Clients address their own device too.
      if (account === sending.sender && device === sending.senderDevice) return [];
      const key = keys.get(`${account.phone}/${device}`) ?? [];
      const extra = key.some(({ attrs }) => attrs.type === 'pkmsg') ? identity : [];
      return [{ account, device, node: stanza(sending, account, [...key, ...common, ...extra]) }];
    }),
  );
}

/** The sender key as it was encrypted for single devices. */
function keysByDevice(network: Network, node: BinaryNode): Map<string, BinaryNode[]> {
  const keys = new Map<string, BinaryNode[]>();
  for (const to of childrenOf(childOf(node, 'participants'), 'to')) {
    const account = network.directory.findByJid(to.attrs.jid);
    const device = addressOf(to.attrs.jid)?.device;
    if (account && device !== undefined) keys.set(`${account.phone}/${device}`, childrenOf(to, 'enc'));
  }
  return keys;
}

function stanza({ group, sender, senderDevice, node }: Sending, account: Account, content: BinaryNode[]): BinaryNode {
  const attrs: Record<string, string> = {
    id: node.attrs.id ?? '',
    from: group.jid,
    type: node.attrs.type ?? 'text',
    t: stanzaTime(),
    participant: sender.jid('lid', senderDevice),
    participant_pn: sender.jid('pn'),
    addressing_mode: 'lid',
  };
  if (node.attrs.edit !== undefined) attrs.edit = node.attrs.edit;
  if (account !== sender) attrs.notify = sender.record.name;
  return { tag: 'message', attrs, content };
}
