import { rm } from 'node:fs/promises';
import type { OutboundContent, UploadedMedia, WaMediaType } from '@multiwa/contracts';
import { encryptedStream, type MediaType, type WASocket } from '@whiskeysockets/baileys';
import type { OutboundFiles } from '../media.js';

interface Dependencies {
  sock: Pick<WASocket, 'waUploadToServer'>;
  files: OutboundFiles;
  /** How long a media host may take nothing. */
  idleTimeoutMs: number;
}

type MediaContent = Extract<OutboundContent, { media: unknown }>;

/** In WhatsApp's words: the keys depend on it, and the host's path. */
export function waMediaTypeOf(content: MediaContent): WaMediaType {
  switch (content.type) {
    case 'IMAGE':
      return 'image';
    case 'VIDEO':
      return content.gif ? 'gif' : 'video';
    case 'AUDIO':
      return content.voice ? 'ptt' : 'audio';
    case 'DOCUMENT':
      return 'document';
    case 'STICKER':
      return 'sticker';
  }
}

/** What of a message is to be uploaded: the file that it carries, or whose caption it changes. */
export function uploadOf(content: OutboundContent): MediaContent | undefined {
  if (content.type === 'EDIT') return content.file;
  return 'media' in content ? content : undefined;
}

/** The library knows paths on the hosts for the kinds of file only. */
const hostTypes: Partial<Record<WaMediaType, MediaType>> = { gif: 'video', ptt: 'audio', ptv: 'video' };

/**
 * Sees to it that the file of a message lies at WhatsApp: found among what was uploaded before, or encrypted to a temporary file
 * and uploaded from there, in chunks both times.
 */
export async function uploadMedia(
  content: MediaContent,
  { sock, files, idleTimeoutMs }: Dependencies,
  forResend = false,
): Promise<UploadedMedia> {
  const { sha256 } = content.media;
  if (sha256 === null) throw new Error('A file to be sent has no hash.');
  const mediaType = waMediaTypeOf(content);
  const known = await files.findUpload(mediaType, sha256, forResend);
  if (known) return known;
  const encrypted = await encryptedStream({ stream: await files.open(sha256) }, mediaType as MediaType);
  const { encFilePath, mediaKey, fileEncSha256, fileSha256, fileLength } = encrypted;
  try {
    const fileEncSha256B64 = base64(fileEncSha256);
    const type = hostTypes[mediaType] ?? (mediaType as MediaType);
    const sent = await sock.waUploadToServer(encFilePath, {
      mediaType: type,
      fileEncSha256B64,
      timeoutMs: idleTimeoutMs,
    });
    const uploaded: UploadedMedia = {
      url: sent.mediaUrl,
      directPath: sent.directPath,
      mediaKey: base64(mediaKey),
      fileSha256: base64(fileSha256),
      fileEncSha256: fileEncSha256B64,
      fileLength,
      mediaKeyTimestamp: Math.floor(Date.now() / 1_000),
    };
    await files.saveUpload(mediaType, sha256, uploaded);
    return uploaded;
  } finally {
    await rm(encFilePath, { force: true });
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
