import { type ContentParts, type Identity, type ReceivedContent, statusChat } from '@multiwa/contracts';
import { type BinaryNode, isJidGroup, jidNormalizedUser, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { Arrival } from '../engine.js';
import { chatOf, identityOf, isSamePerson } from './addresses.js';
import type { CompleteIdentity } from './complete-identity.js';
import { fromProto } from './converters/index.js';
import { unwrap } from './converters/unwrap.js';
import type { Place } from './place.js';
import { readAction } from './read-action.js';
import { serverTime } from './server-time.js';

type Attributes = BinaryNode['attrs'];

/**
 * What a decrypted stanza says, in our words: usually one thing, none for a word between clients, several when the own
 * phone hands over messages that could not be decrypted here.
 */
export async function readArrivals(
  attrs: Attributes,
  padded: Uint8Array,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Arrival[]> {
  const message = proto.Message.decode(unpadRandomMax16(padded));
  if (attrs.category === 'peer') return resentByPhone(message, attrs, self, complete);
  const arrival = await readOne(message, attrs, serverTime(attrs.t), self, complete);
  return arrival ? [arrival] : [];
}

/** What a stanza says whose message WhatsApp gives to phones only, since it may be seen once: that there is one, and whose. */
export function readWithheld(
  attrs: Attributes,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Arrival | undefined> {
  return readOne({ viewOnceMessageV2: {} }, attrs, serverTime(attrs.t), self, complete);
}

async function readOne(
  message: proto.IMessage,
  attrs: Attributes,
  at: Date,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Arrival | undefined> {
  const content = fromProto(message);
  const { inner } = unwrap(message);
  const { from, id } = attrs;
  if (from === undefined || id === undefined) return undefined;
  const isOfMany = isJidGroup(from) || from === statusChat;
  const placed = isOfMany ? await amongMany(from, attrs, self, complete) : await inChat(attrs, self, complete);
  if (!placed) return undefined;
  const place: Place = {
    ...placed,
    waMessageId: id,
    pushName: attrs.notify ?? null,
    timestamp: at.toISOString(),
  };
  if (!content) {
    const action = readAction(inner, place, self);
    // Of a status that is there only its end is told.
    return from === statusChat && action?.kind !== 'message-deleted' ? undefined : action;
  }
  if (content.type === 'DELETED') return undefined;
  const completed = await completeParts(withOrigin(content, attrs, place.fromMe), complete);
  return { kind: 'message-received', payload: { ...place, type: content.type, content: completed } };
}

/** With the file goes the message's own name at WhatsApp, by which its phone can be asked for the file again. */
function withOrigin(
  content: ReceivedContent,
  attrs: Attributes,
  fromMe: boolean,
): Exclude<ReceivedContent, { type: 'DELETED' }> {
  const kept = content as Exclude<ReceivedContent, { type: 'DELETED' }>;
  if (!('media' in kept) || !kept.media.source) return kept;
  const { id = '', from = '', recipient, participant } = attrs;
  const chat = jidNormalizedUser(fromMe && recipient ? recipient : from);
  const message = { id, chat, fromMe, ...(participant && { participant: jidNormalizedUser(participant) }) };
  return { ...kept, media: { ...kept.media, source: { ...kept.media.source, message } } } as typeof kept;
}

/** The people that a message names beside its sender are known by both names too, where the session has learned them. */
export async function completeParts<T extends ReceivedContent & ContentParts>(
  content: T,
  complete: CompleteIdentity,
): Promise<T> {
  const { quote, mentions } = content;
  if (!quote?.sender && !mentions) return content;
  return {
    ...content,
    ...(quote && { quote: { ...quote, sender: quote.sender && (await complete(quote.sender)) } }),
    ...(mentions && { mentions: await Promise.all(mentions.map(complete)) }),
  };
}

type Placed = Pick<Place, 'chat' | 'peer' | 'sender' | 'fromMe'>;

/** In a group, or among the statuses: where each message names its author. */
async function amongMany(
  chat: string,
  attrs: Attributes,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Placed | undefined> {
  const { participant, participant_pn, participant_lid } = attrs;
  const sender = await complete(identityOf(participant, participant_pn, participant_lid));
  // A status of nobody could never be taken back.
  if (chat === statusChat && chatOf(sender) === null) return undefined;
  return { chat, peer: null, sender, fromMe: isSamePerson(sender, self) };
}

/** A one-to-one chat: undefined for channels, which come on a way of their own, and for broadcast lists. */
async function inChat(attrs: Attributes, self: Identity, complete: CompleteIdentity): Promise<Placed | undefined> {
  const { from, recipient } = attrs;
  const author = identityOf(from, attrs.sender_pn, attrs.sender_lid);
  const fromMe = isSamePerson(author, self);
  const other = fromMe
    ? identityOf(
        recipient ?? from,
        attrs.peer_recipient_pn ?? attrs.recipient_pn,
        attrs.peer_recipient_lid ?? attrs.recipient_lid,
      )
    : author;
  const peer = await complete(other);
  const chat = chatOf(peer);
  return chat === null ? undefined : { chat, peer, sender: fromMe ? self : peer, fromMe };
}

/** The own phone's answer to a request for messages that could not be decrypted here. Nobody else may say such things. */
async function resentByPhone(
  message: proto.IMessage,
  attrs: Attributes,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Arrival[]> {
  if (!isSamePerson(identityOf(attrs.from), self)) return [];
  const protocol = (message.deviceSentMessage?.message ?? message).protocolMessage;
  const results = protocol?.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  const arrivals: Arrival[] = [];
  for (const { placeholderMessageResendResponse } of results) {
    const bytes = placeholderMessageResendResponse?.webMessageInfoBytes;
    if (!bytes) continue;
    const handedOver = decoded(bytes);
    if (!handedOver) continue;
    const { key, message: original, messageTimestamp, pushName } = handedOver;
    if (!original || !key?.remoteJid || !key.id) continue;
    const stanza: Attributes = {
      id: key.id,
      from: key.fromMe ? (attrs.from ?? '') : key.remoteJid,
      ...(key.fromMe ? { recipient: key.remoteJid } : {}),
      ...(key.participant ? { participant: key.participant } : {}),
      ...(pushName ? { notify: pushName } : {}),
    };
    const one = await readOne(original, stanza, timeAtPhone(messageTimestamp), self, complete);
    if (one) arrivals.push(one);
  }
  return arrivals;
}

/** When WhatsApp took a message that the phone hands over, however long ago; the moment of the hand-over if it does not say so. */
function timeAtPhone(seconds: proto.IWebMessageInfo['messageTimestamp']): Date {
  const at = new Date(Number(seconds ?? 0) * 1_000);
  return at.getTime() > 0 ? at : new Date();
}

/** Undefined for what is no message: one that is damaged must not take the others with it. */
function decoded(bytes: Uint8Array): proto.IWebMessageInfo | undefined {
  try {
    return proto.WebMessageInfo.decode(bytes);
  } catch {
    return undefined;
  }
}
