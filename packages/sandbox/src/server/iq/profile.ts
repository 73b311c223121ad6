import { iqError, iqResult } from '../../model/server-node.js';
import type { Query } from './query.js';

/** Nobody here has a picture; that is the real answer for somebody without one. */
export function answerPicture({ connection, node }: Query): boolean {
  if (node.attrs.type !== 'get') return false;
  connection.send(iqError(node, 404, 'item-not-found'));
  return true;
}

/** The "about" text is accepted; nobody can see it in this slice. */
export function answerStatus({ connection, node }: Query): boolean {
  if (node.attrs.type !== 'set') return false;
  connection.send(iqResult(node));
  return true;
}

/** The default timer of new chats is accepted. */
export function answerDisappearing({ connection, node }: Query): boolean {
  if (node.attrs.type !== 'set') return false;
  connection.send(iqResult(node));
  return true;
}
