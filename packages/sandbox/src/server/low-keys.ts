import type { Account, KeyBundle } from '../model/account.js';
import type { Delivery, Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import { SERVER_NODE } from '../model/server-node.js';

const LOW_WATER = 5;

/** Keys of a device from which somebody begins a Signal session. */
export interface TakenKeys {
  account: Account;
  device: number;
  bundle: KeyBundle;
}

/** What devices are told whose one-time keys run low by this: that they are to upload more. */
export function lowKeyNotices(network: Network, taken: readonly TakenKeys[]): Delivery[] {
  return taken.flatMap(({ account, device, bundle: { remaining } }) => {
    if (remaining === undefined || remaining >= LOW_WATER) return [];
    const node = {
      tag: 'notification',
      attrs: { id: network.stanzaId(), type: 'encrypt', from: SERVER_NODE.jid, t: stanzaTime() },
      content: [{ tag: 'count', attrs: { value: remaining.toString() } }],
    };
    return [{ account, device, node }];
  });
}
