import type { OutboundOf, OutboundParts, ReceivedContent } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';
import type { Placement } from './placement.js';

const { MEDIA_ALBUM } = proto.MessageAssociation.AssociationType;

/** What announces an album; its files follow as messages of their own that name it. */
export function albumToProto({ images, videos }: OutboundOf<'ALBUM'>, contextInfo: ContextInfo): proto.IMessage {
  return { albumMessage: { expectedImageCount: images, expectedVideoCount: videos, contextInfo } };
}

export function albumFromProto({ albumMessage }: proto.IMessage): ReceivedContent | undefined {
  if (!albumMessage) return undefined;
  return {
    type: 'ALBUM',
    images: countOf(albumMessage.expectedImageCount),
    videos: countOf(albumMessage.expectedVideoCount),
  };
}

/** How a file of ours names its album; undefined for one that belongs to none. */
export function associationToProto(
  { albumId }: Pick<OutboundParts, 'albumId'>,
  { chat }: Placement,
): proto.IMessageAssociation | undefined {
  if (albumId === undefined) return undefined;
  return { associationType: MEDIA_ALBUM, parentMessageKey: { remoteJid: chat, fromMe: true, id: albumId } };
}

/** The album that a file names, by WhatsApp's id of what announced it. */
export function albumIdFromProto({ messageContextInfo }: proto.IMessage): { albumId?: string } {
  const { associationType, parentMessageKey } = messageContextInfo?.messageAssociation ?? {};
  const id = parentMessageKey?.id;
  return associationType === MEDIA_ALBUM && id && id.length <= MAX_ID ? { albumId: id } : {};
}

const MAX_ID = 64;
const MAX_COUNT = 1_000;

/** A phone can say any number. */
function countOf(count: number | null | undefined): number {
  return Number.isSafeInteger(count) ? Math.min(Math.max(Number(count), 0), MAX_COUNT) : 0;
}
