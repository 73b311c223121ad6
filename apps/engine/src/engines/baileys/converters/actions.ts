import type { ActionTarget, OutboundOf } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import { isGroup, jidOf } from '../addresses.js';
import { contextToProto } from './context.js';
import type { Placement } from './placement.js';

const { Type } = proto.Message.ProtocolMessage;

export function reactionToProto({ target, emoji }: OutboundOf<'REACTION'>, placement: Placement): proto.IMessage {
  const key = keyOf(target, placement);
  // Without a text it takes the reaction back.
  return { reactionMessage: { key, text: emoji ?? '', senderTimestampMs: Date.now() } };
}

export function editToProto({ target, text, mentions }: OutboundOf<'EDIT'>, placement: Placement): proto.IMessage {
  const contextInfo = contextToProto({ mentions }, placement);
  return {
    protocolMessage: {
      key: keyOf(target, placement),
      type: Type.MESSAGE_EDIT,
      editedMessage: { extendedTextMessage: { text, contextInfo } },
      timestampMs: Date.now(),
    },
  };
}

export function deleteToProto({ target }: OutboundOf<'DELETE'>, placement: Placement): proto.IMessage {
  return { protocolMessage: { key: keyOf(target, placement), type: Type.REVOKE } };
}

function keyOf({ waMessageId, fromMe, sender }: ActionTarget, { chat }: Placement): proto.IMessageKey {
  const author = isGroup(chat) && !fromMe && sender ? jidOf(sender) : null;
  return { remoteJid: chat, id: waMessageId, fromMe, ...(author === null ? {} : { participant: author }) };
}
