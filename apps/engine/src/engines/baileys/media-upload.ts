import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { OutboundContent, UploadedMedia, WaMediaType } from '@multiwa/contracts';
import { MEDIA_PATH_MAP } from '@whiskeysockets/baileys';
import type { OutboundFiles } from '../media.js';
import { encryptTo } from './media-encrypt.js';
import { putFile, type UploadRoute } from './media-put.js';

interface Dependencies {
  files: OutboundFiles;
  route: UploadRoute;
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

/** The hosts know fewer kinds than there are keys. */
const hostTypes = { gif: 'video', ptt: 'audio', ptv: 'video' } as const;

function hostTypeOf(mediaType: WaMediaType) {
  return mediaType in hostTypes
    ? hostTypes[mediaType as keyof typeof hostTypes]
    : (mediaType as Exclude<WaMediaType, keyof typeof hostTypes>);
}

/**
 * Sees to it that the file of a message lies at WhatsApp: found among what was uploaded before, or encrypted to a temporary file
 * and uploaded from there, in chunks both times.
 */
export async function uploadMedia(
  content: MediaContent,
  { files, route }: Dependencies,
  forResend = false,
): Promise<UploadedMedia> {
  const { sha256 } = content.media;
  if (sha256 === null) throw new Error('A file to be sent has no hash.');
  const mediaType = waMediaTypeOf(content);
  const known = await files.findUpload(mediaType, sha256, forResend);
  if (known) return known;
  const place = await files.newFile();
  try {
    const { mediaKey, fileSha256, fileEncSha256, fileLength } = await encryptTo(
      place,
      await files.open(sha256),
      mediaType,
    );
    const folder = MEDIA_PATH_MAP[hostTypeOf(mediaType)];
    if (folder === undefined) throw new Error(`The hosts have no place for a ${mediaType}.`);
    const { size: length } = await stat(place);
    const upload = { folder, sha256: fileEncSha256, length, read: () => createReadStream(place) };
    const sent = await putFile(upload, route);
    const uploaded: UploadedMedia = {
      url: sent.url,
      directPath: sent.direct_path,
      mediaKey: mediaKey.toString('base64'),
      fileSha256: fileSha256.toString('base64'),
      fileEncSha256: fileEncSha256.toString('base64'),
      fileLength,
      mediaKeyTimestamp: Math.floor(Date.now() / 1_000),
    };
    await files.saveUpload(mediaType, sha256, uploaded);
    return uploaded;
  } finally {
    await rm(place, { force: true });
  }
}
