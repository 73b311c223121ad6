import { type ActionTarget, type OutboundOf, statusChat, type UploadedMedia } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import { isGroup, jidOf } from '../addresses.js';
import { contextToProto } from './context.js';
import { fileToProto } from './file.js';
import type { Placement } from './placement.js';

const { Type } = proto.Message.ProtocolMessage;

export function reactionToProto({ target, emoji }: OutboundOf<'REACTION'>, placement: Placement): proto.IMessage {
  const key = keyOf(target, placement);
  // Without a text it takes the reaction back.
  return { reactionMessage: { key, text: emoji ?? '', senderTimestampMs: Date.now() } };
}

/** Of a file the caption changes: phones show what the edit says of it, so that it says all. */
export function editToProto(
  { target, text, mentions, file }: OutboundOf<'EDIT'>,
  placement: Placement,
  uploaded: UploadedMedia | undefined,
): proto.IMessage {
  const contextInfo = contextToProto({ mentions }, placement);
  const editedMessage = file
    ? fileToProto({ ...file, caption: text }, contextInfo, uploaded)
    : { extendedTextMessage: { text, contextInfo } };
  return {
    protocolMessage: {
      key: keyOf(target, placement),
      type: Type.MESSAGE_EDIT,
      editedMessage,
      timestampMs: Date.now(),
    },
  };
}

export function deleteToProto({ target }: OutboundOf<'DELETE'>, placement: Placement): proto.IMessage {
  return { protocolMessage: { key: keyOf(target, placement), type: Type.REVOKE } };
}

/** The message that something is about, as WhatsApp names it. */
export function keyOf({ waMessageId, fromMe, sender }: ActionTarget, { chat }: Placement): proto.IMessageKey {
  const isOfMany = isGroup(chat) || chat === statusChat;
  const author = isOfMany && !fromMe && sender ? jidOf(sender) : null;
  return { remoteJid: chat, id: waMessageId, fromMe, ...(author === null ? {} : { participant: author }) };
}
