import type { Account } from '../../model/account.js';
import { addressOf, jidOf } from '../../model/jid.js';
import { childOf, childrenOf, stanzaTime, textOf } from '../../model/node.js';
import { type BinaryNode, iqResult } from '../../model/server-node.js';
import { isShown } from './profile.js';
import { type Query, refuseOverLimit } from './query.js';

/**
 * Users' devices, LIDs and whether a number is registered. `lid` is mandatory in answers about phone numbers (without it
 * the client encrypts for nobody) and left out of those about LIDs (the client would store a LID as a number's).
 */
export function answerUsync(query: Query): boolean {
  const { network, connection, node } = query;
  const usync = childOf(node, 'usync');
  const asked = childrenOf(childOf(usync, 'query')).map((protocol) => protocol.tag);
  const users = childrenOf(childOf(usync, 'list'), 'user');
  if (!usync || asked.some((protocol) => !KNOWN_PROTOCOLS.has(protocol))) return false;
  if (refuseOverLimit(query, 'usync')) return true;
  const content = users.flatMap((user) => {
    const typed = textOf(childOf(user, 'contact'))?.replace(/\D/g, '');
    const jid = user.attrs.jid ?? (typed ? jidOf(typed, 'pn') : undefined);
    if (!jid) return [];
    const account = network.directory.findByJid(jid);
    if (account && connection.account && asked.includes('devices')) watch(network, account, connection.account);
    const content = asked.flatMap((protocol) => {
      const nodes = describe(protocol, jid, account);
      // The number as it was asked for, which is what a client finds the answer by.
      return protocol === 'contact' && typed ? nodes.map((one) => ({ ...one, content: `+${typed}` })) : nodes;
    });
    if (account && asked.includes('status')) content.push(describeAbout(query, account));
    return [{ tag: 'user', attrs: { jid }, content }];
  });
  const { sid = '', context = '', mode = '' } = usync.attrs;
  const list = { tag: 'list', attrs: {}, content };
  connection.send(iqResult(node, [{ tag: 'usync', attrs: { sid, context, mode }, content: [list] }]));
  return true;
}

const KNOWN_PROTOCOLS = new Set(['devices', 'lid', 'contact', 'status', 'disappearing_mode', 'username']);

function describe(protocol: string, jid: string, account: Account | undefined): BinaryNode[] {
  switch (protocol) {
    case 'devices':
      return [describeDevices(account)];
    case 'lid':
      return account && addressOf(jid)?.addressing === 'pn' ? [{ tag: 'lid', attrs: { val: account.jid('lid') } }] : [];
    case 'contact':
      return [{ tag: 'contact', attrs: { type: account ? 'in' : 'out' } }];
    default:
      return [];
  }
}

/** The "about" text: refused where its owner does not show it, empty where there is none. */
function describeAbout({ network, connection }: Query, account: Account): BinaryNode {
  if (!isShown(network, account, 'status', connection.account)) {
    return { tag: 'status', attrs: { code: '401', type: 'fail' } };
  }
  const { text = '', setAtMs = 0 } = account.record.face?.about ?? {};
  const attrs = { t: Math.floor(setAtMs / 1000).toString() };
  return { tag: 'status', attrs, ...(text === '' ? {} : { content: Buffer.from(text) }) };
}

function describeDevices(account: Account | undefined): BinaryNode {
  const companions = [...(account?.companions.values() ?? [])].map(({ device, keyIndex }) => ({
    tag: 'device',
    attrs: { id: device.toString(), 'key-index': keyIndex.toString() },
  }));
  const phone = account ? [{ tag: 'device', attrs: { id: '0' } }] : [];
  return {
    tag: 'devices',
    attrs: {},
    content: [
      { tag: 'device-list', attrs: {}, content: [...phone, ...companions] },
      { tag: 'key-index-list', attrs: { ts: stanzaTime() } },
    ],
  };
}

/** Whoever asked for somebody's devices is told when they change: clients cache them for minutes. */
function watch(network: Query['network'], account: Account, watcher: Account): void {
  if (account.watchers.has(watcher.phone)) return;
  account.watchers.add(watcher.phone);
  network.store.put([[`watch/${account.phone}/${watcher.phone}`, true]]);
}
