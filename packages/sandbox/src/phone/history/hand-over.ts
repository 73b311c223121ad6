import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import type { Companion, HistoryWish } from '../../model/account.js';
import type { Network } from '../../model/network.js';
import { type MediaDescriptor, uploadFromPhone } from '../phone-media.js';
import type { VirtualPhone } from '../virtual-phone.js';
import { type HistoryChunk, historyChunks } from './chunks.js';
import { keptHistory } from './kept-chats.js';

/** A companion that asked for nothing gets what it got before it could ask. */
const modest: HistoryWish = { full: false, inline: true };
/** Larger ones go over the media hosts, whatever the companion takes. */
const MAX_INLINE_BYTES = 64 * 1_024;
/** One pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/**
 * Hands a phone's history to one of its companions, chunk after chunk: each is compressed, encrypted and put on the media hosts,
 * and the companion is told where it lies. What a phone has kept that was not seeded goes inside these words, as long as it is
 * small: applications on the bare library look for the rest at WhatsApp's own hosts. Returns how many chunks.
 */
export async function handOverHistory(
  network: Network,
  phone: VirtualPhone,
  { device, history: wish = modest, linkedAtMs }: Companion,
): Promise<number> {
  const seed = keptHistory(network, phone, linkedAtMs);
  const isSeeded = network.histories.has(phone.account.phone);
  let uploaded: Promise<MediaDescriptor> | undefined;
  const picture = () => {
    uploaded ??= uploadFromPhone(mediaOf(network), Readable.from([PICTURE]), 'image');
    return uploaded;
  };
  const isInline = ({ syncType }: HistoryChunk) =>
    !isSeeded || (wish.inline && syncType === proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP);
  let count = 0;
  for await (const chunk of historyChunks(seed, wish, { network, account: phone.account, picture })) {
    await phone.sendPeerMessage(device, await noticeOf(network, chunk, isInline));
    count += 1;
  }
  return count;
}

async function noticeOf(
  network: Network,
  chunk: HistoryChunk,
  isInline: (chunk: HistoryChunk) => boolean,
): Promise<proto.IMessage> {
  const { syncType, chunkOrder, progress } = chunk;
  const compressed = deflateSync(proto.HistorySync.encode({ ...chunk.history, chunkOrder, progress }).finish());
  const where =
    isInline(chunk) && compressed.length <= MAX_INLINE_BYTES
      ? { initialHistBootstrapInlinePayload: compressed }
      : await onMediaHosts(network, compressed);
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: { syncType: syncType as number, chunkOrder, progress, ...where },
    },
  };
}

async function onMediaHosts(network: Network, compressed: Buffer) {
  const lies = await uploadFromPhone(mediaOf(network), Readable.from([compressed]), 'md-msg-hist');
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return {
    directPath: lies.directPath,
    mediaKey: bytes(lies.mediaKey),
    fileSha256: bytes(lies.fileSha256),
    fileEncSha256: bytes(lies.fileEncSha256),
    fileLength: lies.fileLength,
  };
}

function mediaOf({ media }: Network) {
  if (!media) throw new Error('the media hosts are not up');
  return media;
}
