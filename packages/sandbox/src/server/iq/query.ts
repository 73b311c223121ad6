import type { Network } from '../../model/network.js';
import type { LimitedQuery } from '../../model/rate-limits.js';
import { type BinaryNode, iqError } from '../../model/server-node.js';
import type { Connection } from '../connection.js';
import type { Pairing } from '../pairing.js';

/** A query and what is needed to answer it. */
export interface Query {
  network: Network;
  pairing: Pairing;
  connection: Connection;
  node: BinaryNode;
}

/** Refuses with 429 when the account has used up its share of such queries; returns whether it did. */
export function refuseOverLimit({ network, connection, node }: Query, query: LimitedQuery): boolean {
  const { account } = connection;
  if (!account || network.limits.take(query, account.phone)) return false;
  connection.send(iqError(node, 429, 'rate-overlimit'));
  return true;
}
