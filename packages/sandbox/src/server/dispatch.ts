import type { Network } from '../model/network.js';
import type { BinaryNode } from '../model/node.js';
import type { Connection } from './connection.js';
import { handleInfo } from './drain.js';
import { handleIq } from './iq/handle-iq.js';
import type { Pairing } from './pairing.js';
import { routeCall } from './route-call.js';
import { routeMessage } from './route-message.js';
import { routeChatState, routePresence } from './route-presence.js';
import { acknowledge, routeReceipt } from './route-receipt.js';

/** Hands a node to whoever handles its tag. */
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
      routePresence(network, connection, node);
      break;
    case 'chatstate':
      routeChatState(network, connection, node);
      break;
    case 'call':
      routeCall(network, connection, node);
      break;
    default:
      network.unknown.record(node, connection.account?.phone);
  }
}
