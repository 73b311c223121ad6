import type { Account } from '../../model/account.js';
import { addressOf } from '../../model/jid.js';
import type { Delivery, Network } from '../../model/network.js';
import { stanzaTime } from '../../model/node.js';
import type { BinaryNode } from '../../model/server-node.js';
import type { StoreEntry } from '../../store/store.js';
import { idsOf, newsOf, receiptNode } from '../receipt-nodes.js';

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
  switch (node.attrs.type ?? '') {
    case 'retry':
      return network.commit(entries, retry(account, device, author, node));
    case '':
    case 'inactive':
      return network.commit(entries, statuses(account, author, node, 'delivery'));
    case 'read':
    case 'played':
      return network.commit(entries, [
        ...statuses(account, author, node, node.attrs.type ?? ''),
        ...readElsewhere(account, device, node),
      ]);
    case 'read-self':
      return network.commit(entries, readElsewhere(account, device, node));
    default:
      return network.commit(entries, []);
  }
}

function retry(account: Account, device: number, author: Account, node: BinaryNode): Delivery[] {
  const { id = '', to = '', participant } = node.attrs;
  const authorDevice = addressOf(participant)?.device ?? 0;
  const attrs = {
    id,
    type: 'retry',
    from: to,
    participant: account.jid('lid', device),
    participant_pn: account.jid('pn', device),
    t: stanzaTime(),
  };
  return [{ account: author, device: authorDevice, node: { tag: 'receipt', attrs, content: node.content } }];
}

function statuses(account: Account, author: Account, node: BinaryNode, kind: string): Delivery[] {
  if (author === account) return [];
  const ids = newsOf(account, author, node, kind);
  if (ids.length === 0) return [];
  const { attrs, ...rest } = receiptNode(ids, node.attrs.to ?? '', kind);
  const told = { ...rest, attrs: { ...attrs, participant: account.jid('lid'), participant_pn: account.jid('pn') } };
  return author.devices().map((device) => ({ account: author, device, node: told }));
}

/** The reader's own other devices learn that the messages were read. */
function readElsewhere(account: Account, device: number, node: BinaryNode): Delivery[] {
  const { attrs, ...rest } = receiptNode(idsOf(node), node.attrs.to ?? '', 'read-self');
  const told = { ...rest, attrs: { ...attrs, participant: node.attrs.participant ?? '' } };
  return [...account.companions.keys()]
    .filter((other) => other !== device)
    .map((other) => ({ account, device: other, node: told }));
}
