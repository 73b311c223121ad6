import type { Account } from '../model/account.js';
import type { Delivery } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';
import { idsOf, newsOf, receiptNode } from './receipt-nodes.js';

type Names = Record<string, string>;

/** A receipt of one device about messages of one author. */
export interface Said {
  reader: Account;
  readerDevice: number;
  author: Account;
  /** The device that the messages came from. */
  authorDevice: number;
  node: BinaryNode;
  /** Attributes by which the reader, and the chat, are named to others. */
  names: {
    /** To the device that sent: who asks for a message again is answered alone. */
    device: Names;
    /** To the author's devices, of what has become of the messages. */
    account: Names;
    /** To the reader's own other devices, of what was read. */
    own: Names;
  };
}

/** Whom a receipt is told to, and how. */
export function receiptDeliveries(said: Said): Delivery[] {
  const { type = '' } = said.node.attrs;
  switch (type) {
    case 'retry':
      return retry(said);
    case '':
    case 'inactive':
      return news(said, 'delivery');
    case 'read':
    case 'played':
      return [...news(said, type), ...readElsewhere(said)];
    case 'read-self':
      return readElsewhere(said);
    default:
      return [];
  }
}

function retry({ author, authorDevice, node, names }: Said): Delivery[] {
  const attrs = { id: node.attrs.id ?? '', type: 'retry', ...names.device, t: stanzaTime() };
  return [{ account: author, device: authorDevice, node: { tag: 'receipt', attrs, content: node.content } }];
}

function news({ reader, author, node, names }: Said, kind: string): Delivery[] {
  if (author === reader) return [];
  const ids = newsOf(reader, author, node, kind);
  if (ids.length === 0) return [];
  return author.devices().map((device) => ({ account: author, device, node: receiptNode(ids, names.account, kind) }));
}

function readElsewhere({ reader, readerDevice, node, names }: Said): Delivery[] {
  return [...reader.companions.keys()]
    .filter((device) => device !== readerDevice)
    .map((device) => ({ account: reader, device, node: receiptNode(idsOf(node), names.own, 'read-self') }));
}
