import type { Identity } from '@multiwa/contracts';
import { type BinaryNode, isJidGroup, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { ReceivedMessage } from '../engine.js';
import { chatOf, identityOf, isSamePerson } from './addresses.js';
import { fromProto } from './converters/index.js';
import { serverTime } from './server-time.js';

type Attributes = BinaryNode['attrs'];

/** Finds the other name of a person among the mappings this session has learned; asks nobody. */
export type CompleteIdentity = (identity: Identity) => Promise<Identity>;

/**
 * What a decrypted stanza says, as messages of ours: usually one, none for a word between clients, several when the own
 * phone hands over messages that could not be decrypted here.
 */
export async function readMessages(
  attrs: Attributes,
  padded: Uint8Array,
  self: Identity,
  complete: CompleteIdentity,
): Promise<ReceivedMessage[]> {
  const message = proto.Message.decode(unpadRandomMax16(padded));
  if (attrs.category === 'peer') return resentByPhone(message, attrs, self, complete);
  const received = await readOne(message, attrs, self, complete);
  return received ? [received] : [];
}

async function readOne(
  message: proto.IMessage,
  attrs: Attributes,
  self: Identity,
  complete: CompleteIdentity,
): Promise<ReceivedMessage | undefined> {
  const content = fromProto(message);
  const { from, id } = attrs;
  if (!content || from === undefined || id === undefined) return undefined;
  const place = isJidGroup(from) ? await inGroup(from, attrs, self, complete) : await inChat(attrs, self, complete);
  if (!place) return undefined;
  return {
    ...place,
    waMessageId: id,
    pushName: attrs.notify ?? null,
    type: content.type,
    content,
    timestamp: serverTime(attrs.t).toISOString(),
  };
}

type Placed = Pick<ReceivedMessage, 'chat' | 'peer' | 'sender' | 'fromMe'>;

async function inGroup(
  group: string,
  attrs: Attributes,
  self: Identity,
  complete: CompleteIdentity,
): Promise<Placed | undefined> {
  const { participant, participant_pn, participant_lid } = attrs;
  const sender = await complete(identityOf(participant, participant_pn, participant_lid));
  return { chat: group, peer: null, sender, fromMe: isSamePerson(sender, self) };
}

/** A one-to-one chat: undefined for status, channels and broadcast lists, which are not received yet. */
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
): Promise<ReceivedMessage[]> {
  if (!isSamePerson(identityOf(attrs.from), self)) return [];
  const protocol = (message.deviceSentMessage?.message ?? message).protocolMessage;
  const results = protocol?.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
  const received: ReceivedMessage[] = [];
  for (const { placeholderMessageResendResponse } of results) {
    const bytes = placeholderMessageResendResponse?.webMessageInfoBytes;
    if (!bytes) continue;
    const { key, message: original, messageTimestamp, pushName } = proto.WebMessageInfo.decode(bytes);
    if (!original || !key?.remoteJid || !key.id) continue;
    const stanza: Attributes = {
      id: key.id,
      t: String(messageTimestamp ?? 0),
      from: key.fromMe ? (attrs.from ?? '') : key.remoteJid,
      ...(key.fromMe ? { recipient: key.remoteJid } : {}),
      ...(key.participant ? { participant: key.participant } : {}),
      ...(pushName ? { notify: pushName } : {}),
    };
    const one = await readOne(original, stanza, self, complete);
    if (one) received.push(one);
  }
  return received;
}
