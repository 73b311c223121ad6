import { type Identity, statusChat } from '@multiwa/contracts';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { ReceiptUpdate } from '../engine.js';
import { chatOf, identityOf, isGroup, isSamePerson } from './addresses.js';
import type { CompleteIdentity } from './complete-identity.js';
import { serverTime } from './server-time.js';

/** Types of receipts that tell the sender something; one without a type says that the message arrived. */
const statuses: Readonly<Record<string, ReceiptUpdate['status']>> = {
  '': 'DELIVERED',
  read: 'READ',
  played: 'PLAYED',
};

/**
 * What a receipt says about messages of ours; in a group of one member, and of a status of one who sees it. Empty for receipts among the number's own devices
 * and for requests to send again.
 */
export async function readReceipt(
  { attrs, content }: BinaryNode,
  self: Identity,
  complete: CompleteIdentity,
): Promise<ReceiptUpdate[]> {
  const status = statuses[attrs.type ?? ''];
  const { from, id } = attrs;
  if (!status || from === undefined || id === undefined || attrs.recipient !== undefined) return [];
  const isOfMany = isGroup(from) || from === statusChat;
  const named = isOfMany ? [attrs.participant, attrs.participant_pn, attrs.participant_lid] : [from];
  const reader = await complete(identityOf(...named));
  const own = chatOf(reader);
  if (own === null || isSamePerson(reader, self)) return [];
  const where = isOfMany ? { chat: from, participant: reader } : { chat: own };
  const at = serverTime(attrs.t);
  return [id, ...listedIds(content)].map((waMessageId) => ({ waMessageId, ...where, status, at }));
}

/** The ids beside the first one. */
export function listedIds(content: BinaryNode['content']): string[] {
  if (!Array.isArray(content)) return [];
  const list = content.find(({ tag }) => tag === 'list');
  const items = Array.isArray(list?.content) ? list.content : [];
  return items.flatMap(({ attrs }) => (attrs.id === undefined ? [] : [attrs.id]));
}
