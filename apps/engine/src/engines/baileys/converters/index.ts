import type { Content, OutboundContent } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import { textFromProto, textToProto } from './text.js';
import { unsupportedFromProto } from './unsupported.js';
import { unwrap } from './unwrap.js';

/** From our kinds to WhatsApp's; one converter a kind. */
const senders: { [K in OutboundContent['type']]: (content: Extract<OutboundContent, { type: K }>) => proto.IMessage } =
  {
    TEXT: textToProto,
  };

/** The kinds that can be sent. */
export const sendableTypes = Object.keys(senders) as OutboundContent['type'][];

export function toProto(content: OutboundContent): proto.IMessage {
  return senders[content.type](content);
}

/**
 * From WhatsApp's kinds to ours. Undefined when there is nothing to show: an edit, a reaction, a word between clients.
 * Never throws on what a phone can send.
 */
export function fromProto(message: proto.IMessage): Content | undefined {
  const inner = unwrap(message);
  return textFromProto(inner) ?? unsupportedFromProto(inner);
}
