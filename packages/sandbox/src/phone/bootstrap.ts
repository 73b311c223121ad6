import { randomBytes } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import type { Companion } from '../model/account.js';
import type { Network } from '../model/network.js';
import { handOverHistory } from './history/hand-over.js';
import type { VirtualPhone } from './virtual-phone.js';

/**
 * What a phone tells a companion it has just linked: the app-state key first, then its history. Where there is none, that ends the
 * client's wait for it.
 */
export async function bootstrapCompanion(network: Network, phone: VirtualPhone, companion: Companion): Promise<void> {
  const { device } = companion;
  const { appStateKey } = phone.account.record;
  await phone.sendPeerMessage(device, {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: {
        keys: [
          {
            keyId: { keyId: appStateKey.id },
            keyData: {
              keyData: appStateKey.data,
              fingerprint: { rawId: randomBytes(4).readUInt32BE(), currentIndex: 0, deviceIndexes: [0] },
              timestamp: Date.now(),
            },
          },
        ],
      },
    },
  });
  await handOverHistory(network, phone, companion);
}
