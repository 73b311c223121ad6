import { randomBytes } from 'node:crypto';
import type {
  ContentParts,
  MessageType,
  OutboundContent,
  OutboundOf,
  ReceivedContent,
  UploadedMedia,
} from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import { deleteToProto, editToProto, reactionToProto } from './actions.js';
import { contactFromProto, contactToProto } from './contact.js';
import { type ContextInfo, contextFromProto, contextToProto } from './context.js';
import { type FileKind, fileFromProto, fileSenders } from './file.js';
import { locationFromProto, locationToProto } from './location.js';
import type { Placement } from './placement.js';
import { pollFromProto, pollToProto } from './poll.js';
import { textFromProto, textToProto } from './text.js';
import { unsupportedFromProto } from './unsupported.js';
import { unwrap } from './unwrap.js';

export type { Placement } from './placement.js';

type Action = 'REACTION' | 'EDIT' | 'DELETE';
type Kind = Exclude<OutboundContent['type'], Action | FileKind>;

/** From our kinds to WhatsApp's; one converter a kind. */
const senders: { [K in Kind]: (content: OutboundOf<K>, contextInfo: ContextInfo) => proto.IMessage } = {
  TEXT: textToProto,
  LOCATION: locationToProto,
  CONTACT: contactToProto,
  POLL: pollToProto,
};

/** What changes an earlier message, and carries nothing beside. */
const actors: { [K in Action]: (content: OutboundOf<K>, placement: Placement) => proto.IMessage } = {
  REACTION: reactionToProto,
  EDIT: editToProto,
  DELETE: deleteToProto,
};

/** From WhatsApp's kinds to ours; the first that recognises it reads it. */
const readers: readonly ((message: proto.IMessage) => ReceivedContent | undefined)[] = [
  textFromProto,
  locationFromProto,
  contactFromProto,
  pollFromProto,
  fileFromProto,
  unsupportedFromProto,
];

/** The kinds that can be sent. */
export const sendableTypes = [
  ...Object.keys(senders),
  ...Object.keys(fileSenders),
  ...Object.keys(actors),
] as OutboundContent['type'][];

/** From it WhatsApp's reporting token and the keys of votes and comments are made. */
const SECRET_BYTES = 32;

/** `uploaded`: what WhatsApp gave for the file, where the message carries one. */
export function toProto(content: OutboundContent, placement: Placement, uploaded?: UploadedMedia): proto.IMessage {
  if (isAction(content)) return actors[content.type](content as never, placement);
  const contextInfo = contextToProto(content, placement);
  const message = isFile(content)
    ? fileSenders[content.type](content as never, contextInfo, required(uploaded))
    : senders[content.type](content as never, contextInfo);
  // Votes are sealed with the secret of the poll, which is why it is kept; nothing of ours reads the others.
  const messageSecret = content.type === 'POLL' ? Buffer.from(content.secret, 'base64') : randomBytes(SECRET_BYTES);
  return { ...message, messageContextInfo: { messageSecret } };
}

/**
 * From WhatsApp's kinds to ours. Undefined when there is nothing to show: an edit, a reaction, a word between clients.
 * Never throws on what a phone can send.
 */
export function fromProto(message: proto.IMessage): ReceivedContent | undefined {
  const { inner, viewOnce } = unwrap(message);
  const content = readPlain(inner);
  if (!content) return undefined;
  return { ...content, ...contextFromProto(inner, summaryOf), ...(viewOnce && { viewOnce }) } satisfies ContentParts;
}

function readPlain(message: proto.IMessage): ReceivedContent | undefined {
  for (const read of readers) {
    const content = read(message);
    if (content) return content;
  }
  return undefined;
}

/** What a quote shows of the message it answers. */
function summaryOf(quoted: proto.IMessage): { type: MessageType; text: string | null } {
  const content = readPlain(unwrap(quoted).inner);
  if (!content || content.type === 'DELETED') return { type: 'UNSUPPORTED', text: null };
  return { type: content.type, text: textOf(content) };
}

function textOf(content: ReceivedContent): string | null {
  if (content.type === 'TEXT') return content.text;
  if (content.type === 'POLL') return content.question;
  if ('caption' in content) return content.caption ?? null;
  return null;
}

function isFile(content: OutboundContent): content is OutboundOf<FileKind> {
  return content.type in fileSenders;
}

function required(uploaded: UploadedMedia | undefined): UploadedMedia {
  if (!uploaded) throw new Error('The file of the message was not uploaded.');
  return uploaded;
}

function isAction(content: OutboundContent): content is OutboundOf<Action> {
  return content.type in actors;
}
