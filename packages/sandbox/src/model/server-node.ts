import type { BinaryNode } from './node.js';

export type { BinaryNode };

/** Names the server uses for itself; clients compare the JID with its `@`. */
export const SERVER_NODE = { jid: '@s.whatsapp.net', streamError: 'stream:error' } as const;

/** The empty or filled answer to a query. */
export function iqResult(query: BinaryNode, content?: BinaryNode[]): BinaryNode {
  return { tag: 'iq', attrs: { id: query.attrs.id ?? '', from: SERVER_NODE.jid, type: 'result' }, content };
}

/** The refusal of a query. */
export function iqError(query: BinaryNode, code: number, text: string): BinaryNode {
  const error = { tag: 'error', attrs: { code: code.toString(), text } };
  return { tag: 'iq', attrs: { id: query.attrs.id ?? '', from: SERVER_NODE.jid, type: 'error' }, content: [error] };
}
