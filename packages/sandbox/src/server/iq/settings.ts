import type { Account } from '../../model/account.js';
import type { Delivery } from '../../model/network.js';
import { childOf, childrenOf } from '../../model/node.js';
import { type BinaryNode, iqResult } from '../../model/server-node.js';
import { trustNotification } from '../../model/trust-token.js';
import type { Query } from './query.js';

const PRIVACY_CATEGORIES = ['readreceipts', 'last', 'online', 'profile', 'status', 'groupadd', 'calladd', 'messages'];

/** Server properties: 10518 turns on privacy tokens in one-to-one messages. */
export function answerProps({ connection, node }: Query): boolean {
  const prop = (code: string, value: string): BinaryNode => ({
    tag: 'prop',
    attrs: { config_code: code, config_value: value },
  });
  const content = [prop('10518', '1'), prop('9666', '1'), prop('14303', '1')];
  connection.send(iqResult(node, [{ tag: 'props', attrs: { hash: 'sandbox', protocol: '1' }, content }]));
  return true;
}

/** Privacy settings (get, set) and privacy tokens, which are handed to the person they are meant for. */
export function answerPrivacy({ network, connection, node }: Query): boolean {
  const { account } = connection;
  if (!account) return false;
  const tokens = childOf(node, 'tokens');
  if (tokens) {
    connection.send(iqResult(node));
    void network.commit(
      [],
      tokenDeliveries(account, tokens, (jid) => network.directory.findByJid(jid), network.stanzaId()),
    );
    return true;
  }
  const settings = { ...network.privacy.get(account.phone) };
  for (const { attrs } of childrenOf(childOf(node, 'privacy'), 'category')) {
    if (attrs.name && attrs.value) settings[attrs.name] = attrs.value;
  }
  if (node.attrs.type === 'set') {
    network.privacy.set(account.phone, settings);
    network.store.put([[`privacy/${account.phone}`, settings]]);
  }
  const content = PRIVACY_CATEGORIES.map((name) => ({
    tag: 'category',
    attrs: { name, value: settings[name] ?? 'all' },
  }));
  connection.send(iqResult(node, [{ tag: 'privacy', attrs: {}, content }]));
  return true;
}

function tokenDeliveries(
  sender: Account,
  tokens: BinaryNode,
  find: (jid: string | undefined) => Account | undefined,
  id: string,
): Delivery[] {
  return childrenOf(tokens, 'token').flatMap(({ attrs }) => {
    const account = find(attrs.jid);
    if (!account || account === sender) return [];
    return [...account.companions.keys()].map((device) => ({
      account,
      device,
      node: trustNotification(id, sender, account, device, attrs.t),
    }));
  });
}

/** Blocked people: list, block, unblock; kept by LID. */
export function answerBlocklist({ network, connection, node }: Query): boolean {
  const { account } = connection;
  if (!account) return false;
  const blocked = network.blocked.get(account.phone) ?? new Set<string>();
  for (const { attrs } of childrenOf(node, 'item')) {
    const lid = network.directory.findByJid(attrs.jid)?.jid('lid');
    if (!lid) continue;
    if (attrs.action === 'block') blocked.add(lid);
    else blocked.delete(lid);
  }
  if (node.attrs.type === 'set') {
    network.blocked.set(account.phone, blocked);
    network.store.put([[`blocked/${account.phone}`, [...blocked]]]);
  }
  const content = [...blocked].map((jid) => ({ tag: 'item', attrs: { jid } }));
  connection.send(iqResult(node, [{ tag: 'list', attrs: {}, content }]));
  return true;
}
