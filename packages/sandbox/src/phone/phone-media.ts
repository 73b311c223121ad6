import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  aesEncryptGCM,
  downloadContentFromMessage,
  encryptedStream,
  hkdf,
  type MediaType,
  proto,
} from '@whiskeysockets/baileys';
import { Agent } from 'undici';
import { SandboxError } from '../errors.js';
import type { MediaHost } from '../media/media-host.js';
import type { BinaryNode } from '../model/node.js';
import type { MessageContent } from './message-content.js';

/** What a message says of a file, as its JSON has it: bytes as base64. */
export interface MediaDescriptor {
  url: string;
  directPath: string;
  mediaKey: string;
  fileSha256: string;
  fileEncSha256: string;
  fileLength: number;
  mediaKeyTimestamp: number;
}

/** The fields that carry files, with the kind of file that decides the keys. */
const KINDS: Readonly<Record<string, MediaType>> = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'ptv',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'sticker',
};
const HOST_KIND: Readonly<Record<string, string>> = { sticker: 'image', ptv: 'video', ptt: 'audio' };
const RETRY_KEY_BYTES = 32;
const IV_BYTES = 12;

/** Encrypts a file with the library's own code and puts it on the media hosts, as the phone's owner does by sending it. */
export async function uploadFromPhone(media: MediaHost, source: Readable, kind: MediaType): Promise<MediaDescriptor> {
  const { encFilePath, mediaKey, fileEncSha256, fileSha256, fileLength } = await encryptedStream(
    { stream: source },
    kind,
  );
  try {
    const sha256 = Buffer.from(fileEncSha256).toString('hex');
    const stored = await media.store.take(createReadStream(encFilePath), HOST_KIND[kind] ?? kind, sha256);
    if (!stored) throw new Error('the library named another hash than that of its file');
    return {
      url: `https://${media.hostname}${stored.directPath}`,
      directPath: stored.directPath,
      mediaKey: base64(mediaKey),
      fileSha256: base64(fileSha256),
      fileEncSha256: base64(fileEncSha256),
      fileLength,
      mediaKeyTimestamp: Math.floor(Date.now() / 1_000),
    };
  } finally {
    await rm(encFilePath, { force: true });
  }
}

export interface OpenedMedia {
  kind: string;
  /** Of the decrypted file, in hexadecimal. */
  sha256: string;
  bytes: number;
  /** The message's own word for both. */
  declaredSha256: string;
  declaredBytes: number;
}

/** Downloads and decrypts what a message carries, with the library's own code. Errors: media_not_found. */
export async function openOnPhone(media: MediaHost, content: MessageContent): Promise<OpenedMedia> {
  const found = findMedia(content);
  if (!found) throw new SandboxError('media_not_found', 'The message carries no file.');
  const { kind, descriptor } = found;
  const dispatcher = new Agent({ connect: { ca: media.certificate.cert } });
  try {
    const stream = await downloadContentFromMessage(
      { mediaKey: Buffer.from(descriptor.mediaKey, 'base64'), directPath: descriptor.directPath },
      kind,
      { host: media.hostname, options: { dispatcher: dispatcher as never } },
    );
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const declaredSha256 = Buffer.from(descriptor.fileSha256, 'base64').toString('hex');
    return { kind, sha256: hash.digest('hex'), bytes, declaredSha256, declaredBytes: Number(descriptor.fileLength) };
  } finally {
    await dispatcher.close();
  }
}

/** The file that a message carries, at whatever depth it is wrapped. */
export function findMedia(content: MessageContent): { kind: MediaType; descriptor: MediaDescriptor } | undefined {
  for (const [field, value] of Object.entries(content)) {
    if (typeof value !== 'object' || value === null) continue;
    const kind = KINDS[field];
    if (kind && 'directPath' in value) return { kind, descriptor: value as MediaDescriptor };
    const inner = 'message' in value ? (value.message as MessageContent) : undefined;
    const found = inner && findMedia(inner);
    if (found) return found;
  }
  return undefined;
}

/**
 * The phone's answer to a companion that found a file gone: the path at which it lies again, or that the phone has it no more,
 * sealed with the file's own key.
 */
export function mediaRetryNotification(
  request: BinaryNode,
  descriptor: MediaDescriptor | undefined,
  directPath?: string,
): BinaryNode {
  const { id = '' } = request.attrs;
  const rmr = Array.isArray(request.content) ? request.content.find(({ tag }) => tag === 'rmr') : undefined;
  const attrs = { id, type: 'mediaretry', t: Math.floor(Date.now() / 1_000).toString() };
  const back = rmr ?? { tag: 'rmr', attrs: {} };
  if (!descriptor || directPath === undefined) {
    return { tag: 'notification', attrs, content: [{ tag: 'error', attrs: { code: '2' } }, back] };
  }
  const { ResultType } = proto.MediaRetryNotification;
  const plain = proto.MediaRetryNotification.encode({ stanzaId: id, directPath, result: ResultType.SUCCESS }).finish();
  const key = hkdf(Buffer.from(descriptor.mediaKey, 'base64'), RETRY_KEY_BYTES, {
    info: 'WhatsApp Media Retry Notification',
  });
  const iv = createHash('sha256').update(`${id}${directPath}`).digest().subarray(0, IV_BYTES);
  const sealed = aesEncryptGCM(plain, key, iv, Buffer.from(id));
  const encrypt = {
    tag: 'encrypt',
    attrs: {},
    content: [
      { tag: 'enc_p', attrs: {}, content: sealed },
      { tag: 'enc_iv', attrs: {}, content: iv },
    ],
  };
  return { tag: 'notification', attrs, content: [encrypt, back] };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
