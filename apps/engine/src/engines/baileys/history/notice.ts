import { deflateSync } from 'node:zlib';
import { historyPhases, type Identity } from '@multiwa/contracts';
import { type BinaryNode, encodeWAMessage, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { HistoryNotice } from '../../history.js';
import { identityOf, isSamePerson } from '../addresses.js';

const { HISTORY_SYNC_NOTIFICATION } = proto.Message.ProtocolMessage.Type;

/** What the own phone said of its history, and what the library is to hear in its place. */
export interface HeardNotice {
  notice: HistoryNotice;
  /** The padded message, about a chunk in which there is nothing. */
  emptied: Uint8Array;
}

/**
 * The own phone's word that it hands over a chunk of its history; undefined for anything else, and for what anybody else says.
 *
 * The library would download the chunk and hold it in memory whole, while the messages of everybody wait behind it, and it
 * has told WhatsApp that it got it before. So it hears of an empty chunk: it does what else follows (it reads the app state and
 * confirms), and the chunk is imported from the journal.
 */
export function hearNotice(
  attrs: BinaryNode['attrs'],
  padded: Uint8Array,
  self: Identity,
  link: string | undefined,
): HeardNotice | undefined {
  if (attrs.category !== 'peer' || attrs.id === undefined || link === undefined) return undefined;
  if (!isSamePerson(identityOf(attrs.from), self)) return undefined;
  const message = proto.Message.decode(unpadRandomMax16(padded));
  const protocol = (message.deviceSentMessage?.message ?? message).protocolMessage;
  const said = protocol?.type === HISTORY_SYNC_NOTIFICATION ? protocol.historySyncNotification : undefined;
  if (!protocol || !said) return undefined;
  const notice = noticeOf(said, attrs.id, link);
  if (!notice) return undefined;
  const { syncType, progress, chunkOrder } = said;
  const nothing = proto.HistorySync.encode({ syncType: (syncType ?? 0) as number, progress, chunkOrder }).finish();
  protocol.historySyncNotification = {
    syncType,
    progress,
    chunkOrder,
    initialHistBootstrapInlinePayload: deflateSync(nothing),
  };
  return { notice, emptied: encodeWAMessage(message) };
}

/** Undefined for kinds that hold no chunk. */
function noticeOf(
  said: proto.Message.IHistorySyncNotification,
  chunk: string,
  link: string,
): HistoryNotice | undefined {
  // The numbers of the protocol, in its order.
  const phase = historyPhases[Number(said.syncType ?? 0)];
  if (!phase) return undefined;
  const progress = said.progress ?? null;
  const inline = said.initialHistBootstrapInlinePayload;
  if (inline?.length) return { chunk, link, phase, progress, source: null, inline: base64(inline) };
  const { directPath, mediaKey, fileSha256, fileLength } = said;
  if (!directPath || !mediaKey?.length || !fileSha256?.length) return undefined;
  const bytes = Number(fileLength ?? 0);
  const source = {
    directPath,
    mediaKey: base64(mediaKey),
    fileSha256: base64(fileSha256),
    fileLength: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null,
  };
  return { chunk, link, phase, progress, source, inline: null };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
