import { addressOf } from '../../model/jid.js';
import { childOf } from '../../model/node.js';
import { iqError, iqResult } from '../../model/server-node.js';
import { removeCompanion } from '../companions.js';
import type { Query } from './query.js';

/** Linking by code, and a companion that takes itself (or a sibling) off the account. */
export function answerCompanion({ network, pairing, connection, node }: Query): boolean {
  const linkCode = childOf(node, 'link_code_companion_reg');
  if (linkCode?.attrs.stage === 'companion_hello') return pairing.codes.hello(connection, node, linkCode);
  if (linkCode?.attrs.stage === 'companion_finish') return pairing.codes.finish(connection, node, linkCode);
  const removal = childOf(node, 'remove-companion-device');
  if (!removal || !connection.account) return false;
  const device = addressOf(removal.attrs.jid)?.device ?? connection.device ?? 0;
  if (!connection.account.companions.has(device)) {
    connection.send(iqError(node, 404, 'item-not-found'));
    return true;
  }
  connection.send(iqResult(node));
  void removeCompanion(network, connection.account, device);
  return true;
}
