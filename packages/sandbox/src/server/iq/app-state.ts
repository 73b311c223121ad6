import type { Account } from '../../model/account.js';
import { bytesOf, childOf, childrenOf } from '../../model/node.js';
import { type BinaryNode, iqResult } from '../../model/server-node.js';
import { takePatch } from '../app-state.js';
import type { Query } from './query.js';

const CONFLICT = { code: '409', text: 'conflict' };

/** Collections of the account's app state: what is new in them, and what a device has changed. */
export function answerAppState({ network, connection, node }: Query): boolean {
  const { account, device } = connection;
  const sync = childOf(node, 'sync');
  if (!sync || !account || device === undefined) return false;
  const work = Promise.all(
    childrenOf(sync, 'collection').map(async (collection) => {
      const { name = '', version = '0' } = collection.attrs;
      const bytes = bytesOf(childOf(collection, 'patch'));
      const base = Number(version);
      if (!bytes) return patchesSince(account, name, base);
      const taken = await takePatch(network, account, { device, collection: name, base, bytes });
      return taken ? collectionNode(account, name) : refused(account, name);
    }),
  );
  void work.then((content) => connection.send(iqResult(node, [{ tag: 'sync', attrs: {}, content }])));
  return true;
}

function collectionNode(account: Account, name: string, content?: BinaryNode[]): BinaryNode {
  const attrs = { name, version: account.appState.version(name).toString(), has_more_patches: 'false' };
  return { tag: 'collection', attrs, content };
}

/** Everything a device lacks as patches: collections are too small here for a snapshot to be of use. */
function patchesSince(account: Account, name: string, version: number): BinaryNode {
  const content = account.appState.since(name, version).map((patch) => ({ tag: 'patch', attrs: {}, content: patch }));
  return collectionNode(account, name, content.length > 0 ? [{ tag: 'patches', attrs: {}, content }] : undefined);
}

function refused(account: Account, name: string): BinaryNode {
  const { tag, attrs } = collectionNode(account, name);
  return { tag, attrs: { ...attrs, type: 'error' }, content: [{ tag: 'error', attrs: CONFLICT }] };
}
