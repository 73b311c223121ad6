import type { Network } from '../model/network.js';
import type { BinaryNode } from '../model/node.js';
import type { Connection } from './connection.js';
import { handleInfo } from './drain.js';
import { handleIq } from './iq/handle-iq.js';
import type { Pairing } from './pairing.js';
import { routeMessage } from './route-message.js';
import { acknowledge, routeReceipt } from './route-receipt.js';

/** Hands a node to whoever handles its tag. Presence and typing are nobody's business yet and are let go. */
export function dispatch(network: Network, pairing: Pairing, connection: Connection, node: BinaryNode): void {
  switch (node.tag) {
    case 'iq':
      handleIq(network, pairing, connection, node);
      break;
    case 'message':
      void routeMessage(network, connection, node).catch(() => connection.reset());
      break;
    case 'receipt':
      void routeReceipt(network, connection, node).catch(() => connection.reset());
      break;
    case 'ack':
      acknowledge(network, connection, node);
      break;
    case 'ib':
      handleInfo(connection, node);
      break;
    case 'presence':
    case 'chatstate':
      break;
    default:
      network.unknown.record(node, connection.account?.phone);
  }
}
