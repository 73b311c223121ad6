import type { OutboundOf } from '@multiwa/contracts';
import {
  type MediaSource,
  mediaSourceSchema,
  type ReceivedContent,
  type UploadedMedia,
  type WaMediaType,
} from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import type { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';
import { lookToProto } from './status-look.js';

/** The kinds that carry files. */
export type FileKind = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT' | 'STICKER';
type Received<T extends FileKind> = Extract<ReceivedContent, { type: T }>;
type ReceivedMedia = Received<'IMAGE'>['media'];

/** From our kinds to WhatsApp's, with what it gave for the uploaded file. */
export const fileSenders: {
  [K in FileKind]: (content: OutboundOf<K>, contextInfo: ContextInfo, uploaded: UploadedMedia) => proto.IMessage;
} = {
  IMAGE: ({ media, caption, thumbnail, viewOnce }, contextInfo, uploaded) =>
    once(viewOnce, {
      imageMessage: {
        ...fileOf(uploaded),
        mimetype: media.mimeType,
        caption,
        width: media.width,
        height: media.height,
        jpegThumbnail: bytesOf(thumbnail),
        viewOnce,
        contextInfo,
      },
    }),
  VIDEO: ({ media, caption, gif, thumbnail, viewOnce }, contextInfo, uploaded) =>
    once(viewOnce, {
      videoMessage: {
        ...fileOf(uploaded),
        mimetype: media.mimeType,
        caption,
        gifPlayback: gif,
        seconds: media.seconds,
        width: media.width,
        height: media.height,
        jpegThumbnail: bytesOf(thumbnail),
        viewOnce,
        contextInfo,
      },
    }),
  AUDIO: ({ media, voice, waveform, viewOnce, status }, contextInfo, uploaded) =>
    once(viewOnce, {
      audioMessage: {
        ...fileOf(uploaded),
        mimetype: voice ? 'audio/ogg; codecs=opus' : media.mimeType,
        seconds: media.seconds,
        ptt: voice,
        waveform: bytesOf(waveform),
        viewOnce,
        ...(status?.backgroundColor && lookToProto({ audience: [], backgroundColor: status.backgroundColor })),
        contextInfo,
      },
    }),
  DOCUMENT: ({ media, caption }, contextInfo, uploaded) => {
    const fileName = media.fileName ?? 'file';
    const document = { ...fileOf(uploaded), mimetype: media.mimeType, fileName, title: fileName, caption, contextInfo };
    // Clients show a caption only in this wrapper.
    const message = { documentMessage: document };
    return caption === undefined ? message : { documentWithCaptionMessage: { message } };
  },
  STICKER: ({ media }, contextInfo, uploaded) => ({
    stickerMessage: {
      ...fileOf(uploaded),
      mimetype: media.mimeType,
      width: media.width,
      height: media.height,
      contextInfo,
    },
  }),
};

/** @throws Error when the file was not uploaded */
export function fileToProto(
  content: OutboundOf<FileKind>,
  contextInfo: ContextInfo,
  uploaded: UploadedMedia | undefined,
): proto.IMessage {
  if (!uploaded) throw new Error('The file of the message was not uploaded.');
  return fileSenders[content.type](content as never, contextInfo, uploaded);
}

function once(viewOnce: boolean | undefined, message: proto.IMessage): proto.IMessage {
  return viewOnce ? { viewOnceMessage: { message } } : message;
}

function fileOf(uploaded: UploadedMedia) {
  const { url, directPath, fileLength, mediaKeyTimestamp } = uploaded;
  return {
    url,
    directPath,
    fileLength,
    mediaKeyTimestamp,
    mediaKey: bytesOf(uploaded.mediaKey),
    fileSha256: bytesOf(uploaded.fileSha256),
    fileEncSha256: bytesOf(uploaded.fileEncSha256),
  };
}

function bytesOf(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** From WhatsApp's kinds to ours. The file is told of as it is described; its bytes come later. */
export function fileFromProto(message: proto.IMessage): ReceivedContent | undefined {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message;
  if (imageMessage) return { type: 'IMAGE', media: read('image', imageMessage), ...captionOf(imageMessage) };
  const video = videoMessage ?? ptvMessage;
  if (video) {
    const kind = videoMessage ? 'video' : 'ptv';
    return { type: 'VIDEO', media: read(kind, video), ...captionOf(video), ...(video.gifPlayback && { gif: true }) };
  }
  if (audioMessage) {
    const voice = Boolean(audioMessage.ptt);
    return { type: 'AUDIO', media: read(voice ? 'ptt' : 'audio', audioMessage), ...(voice && { voice }) };
  }
  if (documentMessage)
    return { type: 'DOCUMENT', media: read('document', documentMessage), ...captionOf(documentMessage) };
  if (stickerMessage) {
    const media = read('sticker', stickerMessage);
    return { type: 'STICKER', media, ...(stickerMessage.isAnimated && { animated: true }) };
  }
  return undefined;
}

/** What all descriptions of files have, as a phone may have filled it in or not. */
interface Described {
  mimetype?: string | null;
  fileLength?: unknown;
  fileSha256?: Uint8Array | null;
  fileEncSha256?: Uint8Array | null;
  mediaKey?: Uint8Array | null;
  directPath?: string | null;
  url?: string | null;
  fileName?: string | null;
  width?: number | null;
  height?: number | null;
  seconds?: number | null;
}

const HASH_BYTES = 32;
const MAX_NAME = 255;

const unreadable = { state: 'FAILED', problem: 'descriptor_invalid' } as const;

function read(mediaType: WaMediaType, described: Described): ReceivedMedia {
  const { mimetype, fileSha256, fileName, width, height, seconds } = described;
  const source = sourceOf(mediaType, described);
  const name = (fileName ?? '').replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, MAX_NAME);
  return {
    id: newId(),
    mimeType: (mimetype || 'application/octet-stream').slice(0, MAX_NAME),
    bytes: lengthOf(described.fileLength),
    sha256: fileSha256?.length === HASH_BYTES ? Buffer.from(fileSha256).toString('hex') : null,
    ...(source ? ({ state: 'PENDING', problem: null, source } as const) : unreadable),
    url: null,
    ...(name !== '' && { fileName: name }),
    ...measure('width', width),
    ...measure('height', height),
    ...measure('seconds', seconds),
  };
}

/** Undefined when the file cannot be found or decrypted with what the message says. */
function sourceOf(mediaType: WaMediaType, described: Described): MediaSource | undefined {
  const { mediaKey, fileSha256, fileEncSha256, fileLength, url } = described;
  // Some clients give the whole address only: its path counts, and never its host.
  const directPath = described.directPath || pathOf(url);
  if (mediaKey?.length !== HASH_BYTES || fileSha256?.length !== HASH_BYTES) return undefined;
  return mediaSourceSchema.safeParse({
    mediaType,
    directPath,
    mediaKey: Buffer.from(mediaKey).toString('base64'),
    fileSha256: Buffer.from(fileSha256).toString('base64'),
    fileEncSha256: fileEncSha256?.length === HASH_BYTES ? Buffer.from(fileEncSha256).toString('base64') : null,
    fileLength: lengthOf(fileLength),
  }).data;
}

function pathOf(url: string | null | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Undefined, zero and what no file has count as unknown. */
function lengthOf(length: unknown): number | null {
  const bytes = Number(length ?? 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

function measure<N extends 'width' | 'height' | 'seconds'>(name: N, value: number | null | undefined) {
  const isUsable = Number.isSafeInteger(value) && Number(value) > 0;
  return (isUsable ? { [name]: value } : {}) as Partial<Record<N, number>>;
}

function captionOf({ caption }: { caption?: string | null }): { caption?: string } {
  return caption ? { caption } : {};
}
