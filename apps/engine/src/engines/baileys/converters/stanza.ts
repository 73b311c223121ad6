import type { OutboundContent } from '@multiwa/contracts';
import type { BinaryNode } from '@whiskeysockets/baileys';

/** What the stanza around a message says of it, as the library does not find it out by itself. */
export interface Label {
  /** Present on what changes an earlier message. */
  attributes: Record<string, string>;
  nodes: BinaryNode[];
}

const EDIT = { message: '1', own: '7', ofOthers: '8' } as const;

export function labelOf(content: OutboundContent): Label {
  switch (content.type) {
    case 'EDIT':
      return { attributes: { edit: EDIT.message }, nodes: [] };
    case 'DELETE':
      return { attributes: { edit: content.target.fromMe ? EDIT.own : EDIT.ofOthers }, nodes: [] };
    case 'POLL':
      return { attributes: {}, nodes: [{ tag: 'meta', attrs: { polltype: 'creation' } }] };
    case 'VOTE':
      return { attributes: {}, nodes: [{ tag: 'meta', attrs: { polltype: 'vote' } }] };
    default:
      return { attributes: {}, nodes: [] };
  }
}

/** The same for a message that is sent again to one device, where the library says nothing at all. */
export function resendLabelOf(content: OutboundContent): Label & { encAttributes: Record<string, string> } {
  const { attributes, nodes } = labelOf(content);
  const encAttributes: Record<string, string> = content.type === 'REACTION' ? { 'decrypt-fail': 'hide' } : {};
  const media = mediaTypeOf(content);
  if (media !== undefined) encAttributes.mediatype = media;
  return { attributes: { type: stanzaType(content), ...attributes }, nodes, encAttributes };
}

const mediaTypes: Partial<Record<OutboundContent['type'], string>> = {
  LOCATION: 'location',
  CONTACT: 'vcard',
  IMAGE: 'image',
  VIDEO: 'video',
  AUDIO: 'audio',
  DOCUMENT: 'document',
  STICKER: 'sticker',
};

function mediaTypeOf(content: OutboundContent): string | undefined {
  if (content.type === 'VIDEO' && content.gif) return 'gif';
  if (content.type === 'AUDIO' && content.voice) return 'ptt';
  return mediaTypes[content.type];
}

function stanzaType({ type }: OutboundContent): string {
  if (type === 'POLL' || type === 'VOTE') return 'poll';
  if (type === 'REACTION') return 'reaction';
  return mediaTypes[type] === undefined ? 'text' : 'media';
}
