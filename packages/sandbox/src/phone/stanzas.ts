import type { proto } from '@whiskeysockets/baileys';
import { type BinaryNode, bigEndian, stanzaTime } from '../model/node.js';

/** A request for a message that could not be decrypted. */
export function retryReceipt(node: BinaryNode, count: number, registrationId: number): BinaryNode {
  const { id = '', from = '', recipient, t } = node.attrs;
  return {
    tag: 'receipt',
    attrs: { id, to: from, type: 'retry', ...(recipient === undefined ? {} : { recipient }) },
    content: [
      { tag: 'retry', attrs: { count: count.toString(), id, t: t ?? stanzaTime(), v: '1' } },
      { tag: 'registration', attrs: {}, content: bigEndian(registrationId, 4) },
    ],
  };
}

/** One read receipt for messages of one chat. */
export function readReceipt(to: string, ids: readonly string[]): BinaryNode {
  const [id = '', ...rest] = ids;
  const items = rest.map((item) => ({ tag: 'item', attrs: { id: item } }));
  return {
    tag: 'receipt',
    attrs: { id, to, type: 'read', t: stanzaTime() },
    content: items.length > 0 ? [{ tag: 'list', attrs: {}, content: items }] : undefined,
  };
}

/** The text of a message, or the name of its kind in the protocol. */
export function describeContent(message: proto.IMessage): { text: string; type: string } {
  const text = message.conversation ?? message.extendedTextMessage?.text;
  if (typeof text === 'string' && text !== '') return { text, type: 'text' };
  const kinds = Object.entries(message).filter(
    ([kind, value]) => value !== null && value !== undefined && kind !== 'messageContextInfo',
  );
  return { text: '', type: kinds[0]?.[0] ?? 'empty' };
}
