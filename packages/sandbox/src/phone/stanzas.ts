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
