import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys';

const DEPTH = 4;

/**
 * Takes a message out of what it travels in: a copy for the sender's other devices, disappearing chats, view-once,
 * captions, edits. Bounded, since what arrives may be nested at will.
 */
export function unwrap(message: proto.IMessage): proto.IMessage {
  let inner = message;
  for (let depth = 0; depth < DEPTH; depth++) {
    const next = normalizeMessageContent(inner.deviceSentMessage?.message ?? inner);
    if (!next || next === inner) return inner;
    inner = next;
  }
  return inner;
}
