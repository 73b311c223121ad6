import { childOf, childrenOf } from '../../model/node.js';
import { iqResult } from '../../model/server-node.js';
import type { Query } from './query.js';

/** App state is empty in this slice: every collection stands where the client says it does. */
export function answerAppState({ connection, node }: Query): boolean {
  const sync = childOf(node, 'sync');
  if (!sync) return false;
  const collections = childrenOf(sync, 'collection');
  if (collections.some((collection) => childOf(collection, 'patch'))) return false;
  const content = collections.map(({ attrs }) => ({
    tag: 'collection',
    attrs: { name: attrs.name ?? '', version: attrs.version ?? '0' },
  }));
  connection.send(iqResult(node, [{ tag: 'sync', attrs: {}, content }]));
  return true;
}
