import type { Account } from '../model/account.js';
import { isChannelJid } from '../model/channel.js';
import { isGroupJid } from '../model/group.js';
import { type Addressing, addressOf } from '../model/jid.js';
import type { Delivery, Network } from '../model/network.js';
import { childOf, childrenOf, stanzaTime } from '../model/node.js';
import { refusesFirstMessage } from '../model/restriction.js';
import type { BinaryNode } from '../model/server-node.js';
import { isStatusJid } from '../model/status.js';
import type { StoreEntry } from '../store/store.js';
import { type ChannelAck, takeChannelStanza } from './channels/post.js';
import type { Connection } from './connection.js';
import { forwardToGroup } from './groups/route-group-message.js';
import { countedOf } from './message-to-many.js';
import { forwardStatus } from './status/route-status.js';

/** A message as its sender addressed it. */
interface Sending {
  sender: Account;
  senderDevice: number;
  recipient: Account;
  /** Whose chat this is; differs from `recipient` when a message is resent to one of the sender's own devices. */
  chat: Account;
  addressing: Addressing;
  node: BinaryNode;
}

const ACK_ERRORS = { notRegistered: 404, restricted: 463, malformedResend: 479 } as const;

/** Takes a companion's message: queues it for every device it is encrypted for, and acks once that is durable. */
export async function routeMessage(network: Network, connection: Connection, node: BinaryNode): Promise<void> {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  const { error, serverId } = await takeOne(network, account, device, node);
  const { id = '', to = '' } = node.attrs;
  const attrs = {
    class: 'message',
    id,
    from: to,
    t: stanzaTime(),
    ...(error === undefined ? {} : { error: error.toString() }),
    ...(serverId === undefined ? {} : { server_id: serverId.toString() }),
  };
  const ack = { tag: 'ack', attrs };
  const { ackLatencyMs } = network.options;
  if (ackLatencyMs > 0) setTimeout(() => connection.send(ack), ackLatencyMs);
  else connection.send(ack);
}

async function takeOne(network: Network, account: Account, device: number, node: BinaryNode): Promise<ChannelAck> {
  if (isChannelJid(node.attrs.to)) return takeChannelStanza(network, account, device, node);
  const isRefused = refusesFirstMessage(account, network.directory.findByJid(node.attrs.to), node);
  const error = isRefused ? ACK_ERRORS.restricted : await forwardMessage(network, account, device, node, []);
  return error === undefined ? {} : { error };
}

/**
 * Queues a message for its devices, together with `entries` (what the sender wants to be durable with it).
 * Returns the error code of the ack, undefined when it was accepted.
 */
export async function forwardMessage(
  network: Network,
  sender: Account,
  senderDevice: number,
  node: BinaryNode,
  entries: readonly StoreEntry[],
): Promise<number | undefined> {
  if (isGroupJid(node.attrs.to)) return forwardToGroup(network, sender, senderDevice, node, entries);
  if (isStatusJid(node.attrs.to)) return forwardStatus(network, sender, senderDevice, node, entries);
  const address = addressOf(node.attrs.to);
  const recipient = network.directory.findByJid(node.attrs.to);
  const counted = countedOf(node);
  if (!address || !recipient) {
    await network.commit(entries, []);
    return ACK_ERRORS.notRegistered;
  }
  if (counted && childOf(node, 'participants') && network.options.strictRetry) {
    await network.commit(entries, []);
    return ACK_ERRORS.malformedResend;
  }
  const chat = network.directory.findByJid(node.attrs.recipient) ?? recipient;
  const sending = { sender, senderDevice, recipient, chat, addressing: address.addressing, node };
  const toOneDevice = counted !== undefined || node.attrs.category === 'peer';
  const deliveries = toOneDevice ? direct(sending, address.device) : fanOut(network, sending);
  // Who is blocked is not told: the message is accepted, and never delivered.
  const isBlocked = network.hasBlocked(recipient, sender);
  await network.commit(entries, isBlocked ? deliveries.filter(({ account }) => account !== recipient) : deliveries);
  return undefined;
}

/** A stanza for exactly one device: a counted resend, or a word among an account's own devices. */
function direct(sending: Sending, device: number): Delivery[] {
  const { recipient, node } = sending;
  const enc = childrenOf(node, 'enc').at(-1);
  if (!enc) return [];
  const content = [enc, ...childrenOf(node, 'device-identity')];
  return [{ account: recipient, device, node: stanza(sending, recipient, content) }];
}

function fanOut(network: Network, sending: Sending): Delivery[] {
  const { node } = sending;
  const identity = childrenOf(node, 'device-identity');
  return childrenOf(childOf(node, 'participants'), 'to').flatMap((participant) => {
    const account = network.directory.findByJid(participant.attrs.jid);
    const device = addressOf(participant.attrs.jid)?.device;
    const enc = childOf(participant, 'enc');
    if (!account || device === undefined || !enc) return [];
    const content = enc.attrs.type === 'pkmsg' ? [enc, ...identity] : [enc];
    return [{ account, device, node: stanza(sending, account, content) }];
  });
}

/**
 * The stanza as a device of `account` sees it. The other party sees the sending device and, so that it can join the
 * two identities, its other name; the sender's own devices see the chat as `recipient`.
 */
function stanza(sending: Sending, account: Account, content: BinaryNode[]): BinaryNode {
  const { sender, senderDevice, chat, addressing, node } = sending;
  const other: Addressing = addressing === 'lid' ? 'pn' : 'lid';
  const own = account === sender;
  const peer = node.attrs.category === 'peer';
  const attrs: Record<string, string> = {
    id: node.attrs.id ?? '',
    from: sender.jid(addressing, senderDevice),
    type: node.attrs.type ?? 'text',
    t: stanzaTime(),
  };
  if (addressing === 'lid') attrs.addressing_mode = 'lid';
  if (node.attrs.edit !== undefined) attrs.edit = node.attrs.edit;
  if (peer) attrs.category = 'peer';
  else if (own) {
    attrs.recipient = chat.jid(addressing);
    if (other === 'lid') attrs.peer_recipient_lid = chat.jid(other);
    else if (!chat.record.phoneHidden) attrs.peer_recipient_pn = chat.jid(other);
  } else {
    attrs.notify = sender.record.name;
    if (other === 'lid') attrs.sender_lid = sender.jid(other);
    else if (!sender.record.phoneHidden) attrs.sender_pn = sender.jid(other);
  }
  return { tag: 'message', attrs, content };
}
