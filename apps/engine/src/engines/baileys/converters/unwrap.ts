import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys';

const DEPTH = 4;

/** A message out of what it travelled in. */
export interface Unwrapped {
  inner: proto.IMessage;
  /** It may be seen once only. */
  viewOnce: boolean;
}

/**
 * Takes a message out of what it travels in: a copy for the sender's other devices, disappearing chats, view-once,
 * captions, edits. Bounded, since what arrives may be nested at will.
 */
export function unwrap(message: proto.IMessage): Unwrapped {
  let inner = message;
  let viewOnce = false;
  for (let depth = 0; depth < DEPTH; depth++) {
    viewOnce ||= isViewOnce(inner);
    const next = normalizeMessageContent(inner.deviceSentMessage?.message ?? inner);
    if (!next || next === inner) break;
    // What the wrapper says of the message stands beside it: the secret of a poll, for one.
    const { messageContextInfo } = inner;
    inner = messageContextInfo && !next.messageContextInfo ? { ...next, messageContextInfo } : next;
  }
  const { imageMessage, videoMessage, audioMessage } = inner;
  const marked = imageMessage?.viewOnce || videoMessage?.viewOnce || audioMessage?.viewOnce;
  return { inner, viewOnce: viewOnce || Boolean(marked) };
}

/** Looks through the wrappers that may stand around that of view-once. */
function isViewOnce(message: proto.IMessage): boolean {
  const { viewOnceMessage, viewOnceMessageV2, viewOnceMessageV2Extension, ephemeralMessage } = message;
  if (viewOnceMessage || viewOnceMessageV2 || viewOnceMessageV2Extension) return true;
  const {
    viewOnceMessage: one,
    viewOnceMessageV2: two,
    viewOnceMessageV2Extension: three,
  } = ephemeralMessage?.message ?? {};
  return Boolean(one ?? two ?? three);
}
