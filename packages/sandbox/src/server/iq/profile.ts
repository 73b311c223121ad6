import type { Account } from '../../model/account.js';
import { isGroupJid } from '../../model/group.js';
import type { Network } from '../../model/network.js';
import { bytesOf, childOf, textOf } from '../../model/node.js';
import { type BinaryNode, iqError, iqResult } from '../../model/server-node.js';
import { changeGroupPicture } from '../groups/picture.js';
import { GroupRefusal } from '../groups/refusal.js';
import type { Query } from './query.js';

/** Whether somebody shows a part of their face to everybody: contacts are not known here, so `contacts` shows it too. */
export function isShown(
  network: Network,
  owner: Account,
  category: 'profile' | 'status',
  to: Account | undefined,
): boolean {
  return owner === to || network.privacy.get(owner.phone)?.[category] !== 'none';
}

/** The picture of a person: asked for by URL, set and removed by its owner. */
export function answerPicture(query: Query): boolean {
  const { network, connection, node } = query;
  const { account } = connection;
  if (!account) return false;
  if (isGroupJid(node.attrs.target)) return answerGroupPicture(query, account, node.attrs.target);
  if (node.attrs.type === 'set') return node.attrs.target === undefined && setPicture(query, account);
  const owner = network.directory.findByJid(node.attrs.target);
  const picture = owner?.record.face?.picture;
  if (!owner || !picture) connection.send(iqError(node, 404, 'item-not-found'));
  else if (!isShown(network, owner, 'profile', account)) connection.send(iqError(node, 401, 'not-authorized'));
  else {
    const url = `${network.publicUrl}/pictures/${picture.id}`;
    const attrs = { type: childOf(node, 'picture')?.attrs.type ?? 'image', id: picture.id, url };
    connection.send(iqResult(node, [{ tag: 'picture', attrs }]));
  }
  return true;
}

/** The picture of a group: seen by its members, changed by those who may change its subject. */
function answerGroupPicture({ network, connection, node }: Query, account: Account, jid: string): boolean {
  const group = network.groups.find(jid);
  if (!group?.member(account)) {
    connection.send(iqError(node, group ? 403 : 404, group ? 'forbidden' : 'item-not-found'));
    return true;
  }
  if (node.attrs.type === 'set') {
    try {
      const { entries, deliveries } = changeGroupPicture(network, group, account, bytesOf(childOf(node, 'picture')));
      const { picture } = group.record;
      network.commit(entries, deliveries).then(
        () => connection.send(iqResult(node, picture && [{ tag: 'picture', attrs: { id: picture.id } }])),
        () => connection.send(iqError(node, 500, 'not stored')),
      );
    } catch (error) {
      if (!(error instanceof GroupRefusal)) throw error;
      connection.send(iqError(node, error.code, error.message));
    }
    return true;
  }
  const { picture } = group.record;
  if (!picture) connection.send(iqError(node, 404, 'item-not-found'));
  else {
    const url = `${network.publicUrl}/pictures/${picture.id}`;
    connection.send(iqResult(node, [{ tag: 'picture', attrs: { type: 'image', id: picture.id, url } }]));
  }
  return true;
}

function setPicture({ network, connection, node }: Query, account: Account): boolean {
  const jpeg = bytesOf(childOf(node, 'picture'));
  const id = Date.now().toString();
  account.record.face = { ...account.record.face, picture: jpeg && { id, jpeg } };
  network.store.put([account.recordEntry()]);
  connection.send(iqResult(node, jpeg ? [{ tag: 'picture', attrs: { id } }] : undefined));
  return true;
}

/** Sets the "about" text; others ask for it by usync. */
export function answerStatus({ network, connection, node }: Query): boolean {
  const { account } = connection;
  if (!account || node.attrs.type !== 'set') return false;
  const text = textOf(childOf(node, 'status')) ?? '';
  account.record.face = { ...account.record.face, about: { text, setAtMs: Date.now() } };
  network.store.put([account.recordEntry()]);
  connection.send(iqResult(node));
  return true;
}

/** What a business says of itself; an empty answer for somebody who is none. */
export function answerBusiness({ network, connection, node }: Query): boolean {
  const asked = childOf(childOf(node, 'business_profile'), 'profile');
  if (!asked) return false;
  const business = network.directory.findByJid(asked.attrs.jid)?.record.face?.business;
  const content: BinaryNode[] = [];
  if (business) {
    const { description, address, email, category, website } = business;
    const part = (tag: string, text: string | undefined): BinaryNode[] =>
      text === undefined ? [] : [{ tag, attrs: {}, content: Buffer.from(text) }];
    const categories = part('category', category).map((one) => ({ ...one, attrs: { id: '1' } }));
    content.push({
      tag: 'profile',
      attrs: { jid: asked.attrs.jid ?? '' },
      content: [
        ...part('description', description),
        ...part('address', address),
        ...part('email', email),
        ...part('website', website),
        { tag: 'categories', attrs: {}, content: categories },
      ],
    });
  }
  connection.send(iqResult(node, [{ tag: 'business_profile', attrs: {}, content }]));
  return true;
}

/** The default timer of new chats is accepted. */
export function answerDisappearing({ connection, node }: Query): boolean {
  if (node.attrs.type !== 'set') return false;
  connection.send(iqResult(node));
  return true;
}
