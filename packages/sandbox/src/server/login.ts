import type { proto } from '@whiskeysockets/baileys';
import type { Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import type { Connection } from './connection.js';

/**
 * Log-in of a linked companion: the Noise key must be the one it was paired with. A second log-in of the same device
 * replaces the first one, as on the real network (`conflict`, which clients report as 440). A banned account fails with 403.
 */
export function logIn(
  network: Network,
  connection: Connection,
  clientStatic: Buffer,
  payload: proto.IClientPayload,
): void {
  const fail = (reason: number): void => {
    connection.send({ tag: 'failure', attrs: { reason: reason.toString(), location: 'sandbox' } });
    connection.end();
  };
  const account = network.directory.find(String(payload.username ?? ''));
  const device = payload.device ?? 0;
  const companion = account?.companions.get(device);
  if (!account || !companion?.noisePublic.equals(clientStatic)) {
    fail(401);
    return;
  }
  if (account.record.banCode !== undefined) {
    fail(account.record.banCode);
    return;
  }
  connection.account = account;
  connection.device = device;
  network.sockets.opened(account.phone, device);
  account.links.get(device)?.endWithStreamError({}, { tag: 'conflict', attrs: { type: 'replaced' } });
  account.links.set(device, connection);
  network.trace.note(connection.id, connection.peer, 'login');
  connection.send({ tag: 'success', attrs: { t: stanzaTime(), lid: account.jid('lid', device), location: 'sandbox' } });
}
