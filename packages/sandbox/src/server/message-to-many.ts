import type { Account } from '../model/account.js';
import { addressOf } from '../model/jid.js';
import type { Delivery, Network } from '../model/network.js';
import { childOf, childrenOf, stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';

/** A message that is encrypted once for many, as its sender addressed it. */
export interface ToMany {
  /** JID of the group, or of the statuses. */
  to: string;
  sender: Account;
  senderDevice: number;
  node: BinaryNode;
}

/** A device that a message goes to. */
export interface Recipient {
  account: Account;
  device: number;
}

/** The ciphertext of a message that is sent again, which says how often it was asked for. */
export function countedOf(node: BinaryNode): BinaryNode | undefined {
  return childrenOf(node, 'enc').find((enc) => enc.attrs.count !== undefined);
}

/** Whether it is meant for one device, which could not read it before. */
export function isForOne(node: BinaryNode): boolean {
  return node.attrs.participant !== undefined || countedOf(node) !== undefined;
}

/** The devices for which the sender has encrypted the key by which the message is read. */
export function namedDevices(network: Network, node: BinaryNode): (Recipient & { key: BinaryNode[] })[] {
  return childrenOf(childOf(node, 'participants'), 'to').flatMap((to) => {
    const account = network.directory.findByJid(to.attrs.jid);
    const device = addressOf(to.attrs.jid)?.device;
    return account && device !== undefined ? [{ account, device, key: childrenOf(to, 'enc') }] : [];
  });
}

/** What each of these devices gets: the message and, if it was encrypted for the device, the key. */
export function deliveriesToMany(network: Network, message: ToMany, recipients: readonly Recipient[]): Delivery[] {
  const { node, sender, senderDevice } = message;
  const common = childrenOf(node, 'enc');
  const identity = childrenOf(node, 'device-identity');
  const keys = new Map(namedDevices(network, node).map(({ account, device, key }) => [nameOf(account, device), key]));
  return recipients.flatMap(({ account, device }) => {
    // Clients address their own device too.
    if (account === sender && device === senderDevice) return [];
    const key = keys.get(nameOf(account, device)) ?? [];
    const extra = key.some(({ attrs }) => attrs.type === 'pkmsg') ? identity : [];
    return [{ account, device, node: stanza(message, account, [...key, ...common, ...extra]) }];
  });
}

/** What the one device gets that asked for the message again, if `may` says that its account is to have it. */
export function deliveryToOne(network: Network, message: ToMany, may: (account: Account) => boolean): Delivery[] {
  const { node } = message;
  const one = addressOf(node.attrs.participant);
  const account = network.directory.findByJid(node.attrs.participant);
  const enc = countedOf(node) ?? childOf(node, 'enc');
  if (!one || !account || !enc || !may(account)) return [];
  const content = [enc, ...childrenOf(node, 'device-identity')];
  return [{ account, device: one.device, node: stanza(message, account, content) }];
}

function nameOf({ phone }: Account, device: number): string {
  return `${phone}/${device}`;
}

function stanza({ to, sender, senderDevice, node }: ToMany, account: Account, content: BinaryNode[]): BinaryNode {
  const attrs: Record<string, string> = {
    id: node.attrs.id ?? '',
    from: to,
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
