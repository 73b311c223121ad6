import type { ChannelPost } from '@multiwa/contracts';
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from '@whiskeysockets/baileys';
import { fromProto } from '../converters/index.js';
import { unwrap } from '../converters/unwrap.js';
import { serverTime } from '../server-time.js';

/** The counts of a post. */
export type PostCounts = Pick<ChannelPost, 'serverId' | 'views' | 'reactions'>;

/**
 * A post as it stands in a list of posts, or arrives: the message is not encrypted. `mediaHost` serves its file: never the one
 * that the message names, since its writer chose that. Undefined for what is no post: a change to one, or a word between clients.
 */
export function readPost(node: BinaryNode, mediaHost: string): ChannelPost | undefined {
  const counts = readCounts(node);
  const message = plaintextOf(node);
  if (!counts || !message) return undefined;
  const content = fromProto(message);
  if (!content || content.type === 'DELETED') return undefined;
  const { inner } = unwrap(message);
  return {
    ...counts,
    waMessageId: node.attrs.id ?? null,
    type: content.type,
    text: textOf(content),
    media: mediaOf(inner, mediaHost),
    timestamp: serverTime(node.attrs.t).toISOString(),
  };
}

/** What readers thought of a post; undefined where the post is not named. */
export function readCounts(node: BinaryNode): PostCounts | undefined {
  const serverId = Number(node.attrs.server_id);
  if (!Number.isSafeInteger(serverId) || serverId < 1) return undefined;
  const views = getBinaryNodeChild(node, 'views_count')?.attrs.count;
  const reactions = getBinaryNodeChildren(getBinaryNodeChild(node, 'reactions'), 'reaction');
  return {
    serverId,
    views: views === undefined ? null : countOf(views),
    reactions: reactions.flatMap(({ attrs: { code, count } }) =>
      code ? [{ emoji: code, count: countOf(count) }] : [],
    ),
  };
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function plaintextOf(node: BinaryNode): proto.IMessage | undefined {
  const content = getBinaryNodeChild(node, 'plaintext')?.content;
  if (!(content instanceof Uint8Array) && typeof content !== 'string') return undefined;
  try {
    return proto.Message.decode(typeof content === 'string' ? Buffer.from(content, 'binary') : content);
  } catch {
    return undefined;
  }
}

function textOf(content: NonNullable<ReturnType<typeof fromProto>>): string | null {
  if (content.type === 'TEXT') return content.text;
  if (content.type === 'POLL') return content.question;
  return 'caption' in content ? (content.caption ?? null) : null;
}

const HASH_BYTES = 32;

/** What describes the file, in whichever field it stands. */
interface Described {
  mimetype?: string | null;
  fileLength?: unknown;
  fileSha256?: Uint8Array | null;
  directPath?: string | null;
  fileName?: string | null;
  width?: number | null;
  height?: number | null;
  seconds?: number | null;
}

function mediaOf(message: proto.IMessage, mediaHost: string): ChannelPost['media'] {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message;
  const file: Described | null | undefined =
    imageMessage ?? videoMessage ?? ptvMessage ?? audioMessage ?? documentMessage ?? stickerMessage;
  if (!file) return null;
  const { mimetype, fileLength, fileSha256, directPath, fileName, width, height, seconds } = file;
  const bytes = Number(fileLength ?? 0);
  return {
    mimeType: mimetype || 'application/octet-stream',
    bytes: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null,
    sha256: fileSha256?.length === HASH_BYTES ? Buffer.from(fileSha256).toString('hex') : null,
    url: directPath?.startsWith('/') ? `https://${mediaHost}${directPath}` : null,
    ...(fileName && { fileName }),
    ...(width && { width }),
    ...(height && { height }),
    ...(seconds && { seconds }),
  };
}
