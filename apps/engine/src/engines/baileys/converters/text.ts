import type { OutboundOf, ReceivedContent } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';
import { lookToProto } from './status-look.js';

const { PreviewType } = proto.Message.ExtendedTextMessage;

export function textToProto(
  { text, linkPreview, status }: OutboundOf<'TEXT'>,
  contextInfo: ContextInfo,
): proto.IMessage {
  if (!linkPreview) return { extendedTextMessage: { text, ...lookToProto(status), contextInfo } };
  const { url, title, description, thumbnail } = linkPreview;
  const card = { matchedText: url, title, description, previewType: PreviewType.NONE };
  const jpegThumbnail = thumbnail === undefined ? undefined : Buffer.from(thumbnail, 'base64');
  return { extendedTextMessage: { text, ...card, jpegThumbnail, contextInfo } };
}

export function textFromProto({ conversation, extendedTextMessage }: proto.IMessage): ReceivedContent | undefined {
  const text = conversation || extendedTextMessage?.text;
  if (typeof text !== 'string' && !extendedTextMessage) return undefined;
  const { matchedText: url, title, description } = extendedTextMessage ?? {};
  return {
    type: 'TEXT',
    text: text ?? '',
    ...(url &&
      (title || description) && { linkPreview: { url, title: title ?? null, description: description ?? null } }),
  };
}
