import type { proto } from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import type { Group } from '../model/group.js';
import type { Network } from '../model/network.js';
import type { BinaryNode } from '../model/node.js';
import { membersOf } from '../server/groups/group-nodes.js';
import { stanzaShape } from './message-content.js';
import type { GroupDevice } from './phone-sender-keys.js';
import type { PhoneSignal } from './phone-signal.js';

/** A message for every device of a group's members but the phone itself. */
export async function groupStanza(
  network: Network,
  account: Account,
  signal: PhoneSignal,
  group: Group,
  { id, message }: { id: string; message: proto.IMessage },
): Promise<BinaryNode> {
  const devices = membersOf(network, group).flatMap((member) =>
    member
      .devices()
      .filter((device) => member !== account || device !== 0)
      .map((device): GroupDevice => ({ account: member, device })),
  );
  return stanzaForAll(signal, group.jid, devices, { id, message });
}

/** A message for many devices, encrypted once, with its key for those that lack it. */
export async function stanzaForAll(
  signal: PhoneSignal,
  jid: string,
  devices: readonly GroupDevice[],
  { id, message }: { id: string; message: proto.IMessage },
): Promise<BinaryNode> {
  const { type, edit, encAttrs } = stanzaShape(message);
  const content = await signal.senderKeys.encrypt(jid, devices, message, (to, key) =>
    signal.encrypt(to.account, to.device, key),
  );
  const shaped = content.map((node) =>
    node.tag === 'enc' ? { ...node, attrs: { ...node.attrs, ...encAttrs } } : node,
  );
  const attrs: Record<string, string> = { id, to: jid, type, addressing_mode: 'lid' };
  if (edit !== undefined) attrs.edit = edit;
  return { tag: 'message', attrs, content: shaped };
}

/** The same message for one device that could not read it, with the key to read the next ones by. */
export async function groupResend(
  signal: PhoneSignal,
  group: string,
  { account, device }: GroupDevice,
  { id, count, message }: { id: string; count: number; message: proto.IMessage },
): Promise<BinaryNode> {
  await signal.renew(account, device);
  const { type, encAttrs } = stanzaShape(message);
  const enc = await signal.encrypt(account, device, { ...message, ...(await signal.senderKeys.keyFor(group)) });
  const attrs = { id, to: group, participant: account.jid('lid', device), type, addressing_mode: 'lid' };
  const counted = enc ? [{ ...enc, attrs: { ...enc.attrs, ...encAttrs, count: count.toString() } }] : [];
  return { tag: 'message', attrs, content: counted };
}
