import { proto } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';

/** A WhatsApp protobuf message as JSON: bytes as base64, enums by name, 64-bit numbers as numbers. */
export type MessageContent = { [field: string]: unknown };

/** What the stanza around a message says of what is in it. */
export interface StanzaShape {
  type: 'text' | 'media' | 'poll' | 'reaction';
  /** Present when the message changes an earlier one. */
  edit?: string;
  encAttrs: Record<string, string>;
}

const EDIT = { message: '1', pin: '2', ownRevoke: '7', adminRevoke: '8' } as const;
const WRAPPERS = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
] as const;
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'ptv',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'sticker',
  contactMessage: 'vcard',
  contactsArrayMessage: 'contact_array',
  locationMessage: 'location',
  liveLocationMessage: 'livelocation',
  albumMessage: 'collection',
};

/** The text of a message, or the name of its kind in the protocol. */
export function describeContent(message: proto.IMessage): { text: string; type: string } {
  const text = message.conversation ?? message.extendedTextMessage?.text;
  if (typeof text === 'string' && text !== '') return { text, type: 'text' };
  return { text: '', type: kindOf(message) ?? 'empty' };
}

/** The message as JSON. */
export function contentOf(message: proto.IMessage): MessageContent {
  return proto.Message.toObject(proto.Message.create(message), { bytes: String, enums: String, longs: Number });
}

/** The message that JSON describes. Errors: validation_failed. */
export function messageOf(content: MessageContent): proto.Message {
  let message: proto.Message;
  try {
    message = proto.Message.fromObject(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxError('validation_failed', 'The content is not a WhatsApp message.', [
      { pointer: '/content', message: reason },
    ]);
  }
  if (kindOf(message) === undefined) {
    throw new SandboxError('validation_failed', 'The content is not a WhatsApp message.', [
      { pointer: '/content', message: 'names no kind of message' },
    ]);
  }
  return message;
}

/** How a real client labels the stanza of this message. */
export function stanzaShape(message: proto.IMessage): StanzaShape {
  const inner = unwrapped(message);
  const { protocolMessage, reactionMessage, pinInChatMessage } = inner;
  const kind = kindOf(inner) ?? '';
  const encAttrs: Record<string, string> = {};
  const mediatype = MEDIA_TYPES[kind] ?? (inner.extendedTextMessage?.matchedText ? 'url' : undefined);
  if (mediatype !== undefined) encAttrs.mediatype = mediatype;
  if (reactionMessage || pinInChatMessage || inner.pollUpdateMessage) encAttrs['decrypt-fail'] = 'hide';
  const edit = protocolMessage ? editOf(protocolMessage) : pinInChatMessage ? EDIT.pin : clearing(reactionMessage);
  return { type: typeOf(kind, mediatype), ...(edit === undefined ? {} : { edit }), encAttrs };
}

function typeOf(kind: string, mediatype: string | undefined): StanzaShape['type'] {
  if (kind.startsWith('poll')) return 'poll';
  if (kind === 'reactionMessage' || kind === 'encReactionMessage') return 'reaction';
  return mediatype === undefined || mediatype === 'url' ? 'text' : 'media';
}

function editOf({ type, key }: proto.Message.IProtocolMessage): string | undefined {
  const { Type } = proto.Message.ProtocolMessage;
  if (type === Type.REVOKE) return key?.fromMe === false ? EDIT.adminRevoke : EDIT.ownRevoke;
  return type === Type.MESSAGE_EDIT ? EDIT.message : undefined;
}

function clearing(reaction: proto.Message.IReactionMessage | null | undefined): string | undefined {
  return reaction && !reaction.text ? EDIT.ownRevoke : undefined;
}

function unwrapped(message: proto.IMessage): proto.IMessage {
  for (const wrapper of WRAPPERS) {
    const inner = message[wrapper]?.message;
    if (inner) return unwrapped(inner);
  }
  return message;
}

/** The field that carries the content. */
function kindOf(message: proto.IMessage): string | undefined {
  const kinds = Object.entries(message).filter(
    ([kind, value]) => value !== null && value !== undefined && kind !== 'messageContextInfo',
  );
  return kinds[0]?.[0];
}
