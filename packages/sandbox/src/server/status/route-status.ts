import type { Account } from '../../model/account.js';
import { addressOf } from '../../model/jid.js';
import type { Delivery, Network } from '../../model/network.js';
import { childOf, childrenOf, stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import { STATUS_JID } from '../../model/status.js';
import type { StoreEntry } from '../../store/store.js';
import { forwardMemberReceipt } from '../groups/route-group-receipt.js';

interface Sending {
  network: Network;
  sender: Account;
  senderDevice: number;
  node: BinaryNode;
}

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
  const sending = { network, sender, senderDevice, node };
  await network.commit(entries, node.attrs.participant === undefined ? fanOut(sending) : again(sending));
  return undefined;
}

function fanOut(sending: Sending): Delivery[] {
  const { network, sender, senderDevice, node } = sending;
  const common = childrenOf(node, 'enc');
  const identity = childrenOf(node, 'device-identity');
  return childrenOf(childOf(node, 'participants'), 'to').flatMap((to) => {
    const account = network.directory.findByJid(to.attrs.jid);
    const device = addressOf(to.attrs.jid)?.device;
    if (!account || device === undefined || network.hasBlocked(account, sender)) return [];
    if (account === sender && device === senderDevice) return [];
    const key = childrenOf(to, 'enc');
    const extra = key.some(({ attrs }) => attrs.type === 'pkmsg') ? identity : [];
    return [{ account, device, node: stanza(sending, account, [...key, ...common, ...extra]) }];
  });
}

/** For the one device that could not read it. */
function again(sending: Sending): Delivery[] {
  const { network, node } = sending;
  const one = addressOf(node.attrs.participant);
  const account = network.directory.findByJid(node.attrs.participant);
  const enc = childOf(node, 'enc');
  if (!one || !account || !enc) return [];
  const content = [enc, ...childrenOf(node, 'device-identity')];
  return [{ account, device: one.device, node: stanza(sending, account, content) }];
}

function stanza({ sender, senderDevice, node }: Sending, account: Account, content: BinaryNode[]): BinaryNode {
  const attrs: Record<string, string> = {
    id: node.attrs.id ?? '',
    from: STATUS_JID,
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
