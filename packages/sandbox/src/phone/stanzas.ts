import { type BinaryNode, bigEndian, stanzaTime } from '../model/node.js';

/** How often a message that cannot be decrypted is asked for, and given, again. */
export const MAX_RETRIES = 5;

/** A request for a message that could not be decrypted. */
export function retryReceipt(node: BinaryNode, count: number, registrationId: number): BinaryNode {
  const { id = '', from = '', recipient, participant, t } = node.attrs;
  return {
    tag: 'receipt',
    attrs: {
      id,
      to: from,
      type: 'retry',
      ...(recipient === undefined ? {} : { recipient }),
      ...(participant === undefined ? {} : { participant }),
    },
    content: [
      { tag: 'retry', attrs: { count: count.toString(), id, t: t ?? stanzaTime(), v: '1' } },
      { tag: 'registration', attrs: {}, content: bigEndian(registrationId, 4) },
    ],
  };
}

/** One read receipt for messages of one chat; in a group, of one member. */
export function readReceipt(to: string, ids: readonly string[], participant?: string): BinaryNode {
  const [id = '', ...rest] = ids;
  const items = rest.map((item) => ({ tag: 'item', attrs: { id: item } }));
  return {
    tag: 'receipt',
    attrs: { id, to, type: 'read', t: stanzaTime(), ...(participant === undefined ? {} : { participant }) },
    content: items.length > 0 ? [{ tag: 'list', attrs: {}, content: items }] : undefined,
  };
}
