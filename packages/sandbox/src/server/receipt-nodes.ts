import type { Account } from '../model/account.js';
import { childrenOf, stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';

/** Ranks of what is forwarded; a receipt that says no more than an earlier one is not repeated. */
const RANKS: Record<string, number> = { delivery: 1, read: 2, played: 3 };
const REMEMBERED_RECEIPTS = 20_000;

/** A receipt for several messages; `names` says whose and in which chat, `kind` what happened to them. */
export function receiptNode(ids: string[], names: Record<string, string>, kind: string): BinaryNode {
  const [id = '', ...rest] = ids;
  const attrs: Record<string, string> = { id, ...names, t: stanzaTime() };
  if (kind !== 'delivery') attrs.type = kind;
  const items = rest.map((item) => ({ tag: 'item', attrs: { id: item } }));
  return {
    tag: 'receipt',
    attrs,
    content: items.length > 0 ? [{ tag: 'list', attrs: {}, content: items }] : undefined,
  };
}

/** All message ids of a receipt. */
export function idsOf(node: BinaryNode): string[] {
  const listed = childrenOf(node, 'list').flatMap((list) =>
    childrenOf(list, 'item').map(({ attrs }) => attrs.id ?? ''),
  );
  return [node.attrs.id ?? '', ...listed].filter((id) => id !== '');
}

/** The messages of `sender` of which this says more than an earlier receipt of the same reader. */
export function newsOf(reader: Account, sender: Account, node: BinaryNode, kind: string): string[] {
  const rank = RANKS[kind] ?? 0;
  return idsOf(node).filter((id) => rememberRank(reader, `${sender.phone}|${id}`, rank));
}

const ranks = new WeakMap<Account, Map<string, number>>();

/** Whether `rank` is news for this message; remembers it, and forgets the oldest of very many. */
function rememberRank(account: Account, key: string, rank: number): boolean {
  let known = ranks.get(account);
  if (!known) {
    known = new Map();
    ranks.set(account, known);
  }
  if ((known.get(key) ?? 0) >= rank) return false;
  known.delete(key);
  known.set(key, rank);
  if (known.size > REMEMBERED_RECEIPTS) {
    const oldest = known.keys().next().value;
    if (oldest !== undefined) known.delete(oldest);
  }
  return true;
}
