import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import type { Companion } from '../model/account.js';
import type { Network } from '../model/network.js';
import { handOverHistory } from './history/hand-over.js';
import type { VirtualPhone } from './virtual-phone.js';

const { HistorySyncType } = proto.HistorySync;

/**
 * What a phone tells a companion it has just linked: the app-state key first, then its history. That of a phone which was not
 * seeded is empty, but ends the client's wait for it, and goes inline, so that no media download is needed.
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
  const seed = network.histories.get(phone.account.phone);
  if (seed) {
    await handOverHistory(network, phone, companion, seed);
    return;
  }
  await phone.sendPeerMessage(device, historyNotice(HistorySyncType.INITIAL_BOOTSTRAP, 0));
  await phone.sendPeerMessage(device, historyNotice(HistorySyncType.PUSH_NAME, 0));
  await phone.sendPeerMessage(device, historyNotice(HistorySyncType.RECENT, 100));
}

function historyNotice(syncType: proto.HistorySync.HistorySyncType, progress: number): proto.IMessage {
  const history = proto.HistorySync.encode({
    syncType,
    progress,
    chunkOrder: 1,
    conversations: [],
    pushnames: [],
  }).finish();
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: syncType as number,
        progress,
        chunkOrder: 1,
        initialHistBootstrapInlinePayload: deflateSync(history),
      },
    },
  };
}
