import { randomBytes } from 'node:crypto';
import type { Content, OutboundContent } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';

type Text = Extract<OutboundContent, { type: 'TEXT' }>;

/** From it WhatsApp's reporting token and the keys of votes and reactions are made. */
const SECRET_BYTES = 32;

export function textToProto({ text }: Text): proto.IMessage {
  return { extendedTextMessage: { text }, messageContextInfo: { messageSecret: randomBytes(SECRET_BYTES) } };
}

export function textFromProto(message: proto.IMessage): Content | undefined {
  const text = message.conversation || message.extendedTextMessage?.text;
  if (typeof text === 'string') return { type: 'TEXT', text };
  return message.extendedTextMessage ? { type: 'TEXT', text: '' } : undefined;
}
