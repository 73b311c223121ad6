import { randomBytes } from 'node:crypto';
import type {
  ActionType,
  ContentParts,
  MessageType,
  OutboundContent,
  OutboundOf,
  ReceivedContent,
  UploadedMedia,
} from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import { deleteToProto, editToProto, reactionToProto } from './actions.js';
import { albumFromProto, albumIdFromProto, albumToProto, associationToProto } from './album.js';
import { contactFromProto, contactToProto } from './contact.js';
import { type ContextInfo, contextFromProto, contextToProto } from './context.js';
import { type FileKind, fileFromProto, fileSenders, fileToProto } from './file.js';
import { locationFromProto, locationToProto } from './location.js';
import type { Placement } from './placement.js';
import { pollFromProto, pollToProto } from './poll.js';
import { textFromProto, textToProto } from './text.js';
import { unsupportedFromProto } from './unsupported.js';
import { unwrap } from './unwrap.js';
import { voteToProto } from './vote.js';

export type { Placement } from './placement.js';

type Action = ActionType;
type Kind = Exclude<OutboundContent['type'], Action | FileKind>;

/** From our kinds to WhatsApp's; one converter a kind. */
const senders: { [K in Kind]: (content: OutboundOf<K>, contextInfo: ContextInfo) => proto.IMessage } = {
  TEXT: textToProto,
  LOCATION: locationToProto,
  CONTACT: contactToProto,
  POLL: pollToProto,
  ALBUM: albumToProto,
};

/** What changes an earlier message, and carries nothing beside. */
const actors: {
  [K in Action]: (content: OutboundOf<K>, placement: Placement, uploaded: UploadedMedia | undefined) => proto.IMessage;
} = {
  REACTION: reactionToProto,
  EDIT: editToProto,
  DELETE: deleteToProto,
  VOTE: voteToProto,
};

/** From WhatsApp's kinds to ours; the first that recognises it reads it. */
const readers: readonly ((message: proto.IMessage) => ReceivedContent | undefined)[] = [
  textFromProto,
  locationFromProto,
  contactFromProto,
  pollFromProto,
  fileFromProto,
  albumFromProto,
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
  if (isAction(content)) return actors[content.type](content as never, placement, uploaded);
  const contextInfo = contextToProto(content, placement);
  const message = isFile(content)
    ? fileToProto(content, contextInfo, uploaded)
    : senders[content.type](content as never, contextInfo);
  // Votes are sealed with the secret of the poll, which is why it is kept; nothing of ours reads the others.
  const messageSecret = content.type === 'POLL' ? Buffer.from(content.secret, 'base64') : randomBytes(SECRET_BYTES);
  const messageAssociation = associationToProto(content, placement);
  return { ...message, messageContextInfo: { messageSecret, ...(messageAssociation && { messageAssociation }) } };
}

/**
 * From WhatsApp's kinds to ours. Undefined when there is nothing to show: an edit, a reaction, a word between clients.
 * Never throws on what a phone can send.
 */
export function fromProto(message: proto.IMessage): ReceivedContent | undefined {
  const { inner, viewOnce } = unwrap(message);
  const content = readPlain(inner);
  if (!content) return undefined;
  const parts = { ...contextFromProto(inner, summaryOf), ...albumIdFromProto(inner), ...(viewOnce && { viewOnce }) };
  return { ...content, ...parts } satisfies ContentParts;
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

function isAction(content: OutboundContent): content is OutboundOf<Action> {
  return content.type in actors;
}
