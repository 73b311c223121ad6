import type { HistoryMessage, Identity, ReceivedContent } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import { identityOf } from '../addresses.js';
import type { CompleteIdentity } from '../complete-identity.js';
import { fromProto } from '../converters/index.js';
import { completeParts } from '../read-arrivals.js';

/** The chat that an old message stands in. */
export interface OldChat {
  /** As the phone calls it. */
  jid: string;
  chat: string;
  /** Null in a group. */
  peer: Identity | null;
}

const { Status } = proto.WebMessageInfo;
const statuses: Readonly<Record<number, HistoryMessage['status']>> = {
  [Status.DELIVERY_ACK]: 'DELIVERED',
  [Status.READ]: 'READ',
  [Status.PLAYED]: 'PLAYED',
};
const SECOND_MS = 1_000;
const MAX_SECONDS = Date.UTC(9999, 0) / SECOND_MS;

/** When it was written, in seconds; undefined for what is no message to show. */
export function timeOf({ messageTimestamp }: proto.IWebMessageInfo): number | undefined {
  const seconds = Number(messageTimestamp ?? 0);
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds < MAX_SECONDS ? seconds : undefined;
}

/**
 * A message of before the link in our words, by the same converters as one that arrives. Undefined for what is none: notices of
 * the client, words about other messages, and what was deleted.
 */
export async function readOldMessage(
  info: proto.IWebMessageInfo,
  { jid, chat, peer }: OldChat,
  order: number,
  self: Identity,
  complete: CompleteIdentity,
): Promise<HistoryMessage | undefined> {
  const { key, message } = info;
  const seconds = timeOf(info);
  if (!key?.id || !message || seconds === undefined) return undefined;
  const content = fromProto(message);
  if (!content || content.type === 'DELETED') return undefined;
  const fromMe = key.fromMe === true;
  const participant = key.participant || info.participant || undefined;
  const author = peer ?? (await complete(identityOf(participant)));
  const withOrigin = originOf(content, { id: key.id, chat: jid, fromMe, ...(!peer && participant && { participant }) });
  return {
    waMessageId: key.id,
    chat,
    peer,
    sender: fromMe ? self : author,
    pushName: info.pushName || null,
    fromMe,
    timestamp: new Date(seconds * SECOND_MS).toISOString(),
    order,
    status: fromMe ? (statuses[info.status ?? 0] ?? 'SENT') : 'DELIVERED',
    type: content.type,
    content: await completeParts(withOrigin, complete),
    reactions: await readReactions(info, { peer, self, complete }),
  };
}

type Kept = Exclude<ReceivedContent, { type: 'DELETED' }>;

/** Its file is not fetched before somebody asks for it; the message's own name lets its phone be asked then. */
function originOf(content: Kept, message: { id: string; chat: string; fromMe: boolean; participant?: string }): Kept {
  if (!('media' in content) || !content.media.source) return content;
  const media = {
    ...content.media,
    state: 'EXPIRED' as const,
    problem: 'history' as const,
    source: { ...content.media.source, message },
  };
  return { ...content, media } as Kept;
}

interface Around {
  peer: Identity | null;
  self: Identity;
  complete: CompleteIdentity;
}

const MAX_REACTIONS = 1_024;

async function readReactions(
  { reactions }: proto.IWebMessageInfo,
  { peer, self, complete }: Around,
): Promise<HistoryMessage['reactions']> {
  const read: HistoryMessage['reactions'] = [];
  for (const { key, text, senderTimestampMs } of (reactions ?? []).slice(0, MAX_REACTIONS)) {
    const atMs = Number(senderTimestampMs ?? 0);
    if (!key?.id || !text || !(atMs > 0 && atMs < MAX_SECONDS * SECOND_MS)) continue;
    const fromMe = key.fromMe === true;
    const sender = fromMe ? self : (peer ?? (await complete(identityOf(key.participant ?? undefined))));
    const at = new Date(atMs).toISOString();
    if (sender.phone !== null || sender.lid !== null)
      read.push({ fromMe, sender, emoji: text, at, waMessageId: key.id });
  }
  return read;
}
