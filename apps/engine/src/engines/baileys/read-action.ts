import type { Identity } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import type { Arrival } from '../engine.js';
import { identityOf, isSamePerson } from './addresses.js';
import { fromProto } from './converters/index.js';
import type { Place } from './place.js';

const { Type } = proto.Message.ProtocolMessage;

/** What a message says about an earlier one; undefined for a word between clients. */
export function readAction(message: proto.IMessage, place: Place, self: Identity): Arrival | undefined {
  const { protocolMessage, reactionMessage, pollUpdateMessage } = message;
  if (reactionMessage) return reaction(reactionMessage, place, self);
  if (pollUpdateMessage) return vote(pollUpdateMessage, place, self);
  if (protocolMessage?.type === Type.REVOKE) return deletion(protocolMessage, place, self);
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return edit(protocolMessage, place, self);
  if (protocolMessage?.type === Type.EPHEMERAL_SETTING) return timer(protocolMessage, place);
  return undefined;
}

function reaction(
  { key, text, senderTimestampMs }: proto.Message.IReactionMessage,
  place: Place,
  self: Identity,
): Arrival | undefined {
  const target = targetOf(key, place, self);
  const saidAt = saidAtOf(senderTimestampMs, place);
  return target && { kind: 'message-reaction', payload: { ...place, target, saidAt, emoji: text || null } };
}

function deletion({ key }: proto.Message.IProtocolMessage, place: Place, self: Identity): Arrival | undefined {
  const target = targetOf(key, place, self);
  return target && { kind: 'message-deleted', payload: { ...place, target, saidAt: place.timestamp } };
}

/** Of a group WhatsApp tells it as a change of the group. */
function timer({ ephemeralExpiration }: proto.Message.IProtocolMessage, place: Place): Arrival | undefined {
  const seconds = Number(ephemeralExpiration ?? 0);
  if (place.peer === null || !Number.isSafeInteger(seconds) || seconds < 0) return undefined;
  return { kind: 'chat-timer', payload: { ...place, seconds } };
}

function edit(
  { key, editedMessage, timestampMs }: proto.Message.IProtocolMessage,
  place: Place,
  self: Identity,
): Arrival | undefined {
  const target = targetOf(key, place, self);
  const content = editedMessage ? fromProto(editedMessage) : undefined;
  const saidAt = saidAtOf(timestampMs, place);
  return target && content && { kind: 'message-edited', payload: { ...place, target, saidAt, content } };
}

/** Sealed for whoever knows the poll; by which names of voter and author is for the opener to find out. */
function vote(
  { pollCreationMessageKey, vote: sealed, senderTimestampMs }: proto.Message.IPollUpdateMessage,
  place: Place,
  self: Identity,
): Arrival | undefined {
  const target = targetOf(pollCreationMessageKey, place, self);
  const { encPayload, encIv } = sealed ?? {};
  if (!target || !encPayload?.length || !encIv?.length) return undefined;
  const author = authorOf(pollCreationMessageKey ?? {}, target.fromMe, place, self);
  return {
    kind: 'poll-vote',
    payload: {
      ...place,
      target,
      saidAt: saidAtOf(senderTimestampMs, place),
      vote: {
        kind: 'sealed',
        payload: Buffer.from(encPayload).toString('base64'),
        iv: Buffer.from(encIv).toString('base64'),
        voters: jidsOf(place.fromMe ? self : place.sender),
        creators: jidsOf(author),
      },
    },
  };
}

const MAX_TIME_MS = Date.UTC(9999, 0);

/** The sender's own clock orders what one person says; what is no time gives way to WhatsApp's. */
function saidAtOf(senderMs: number | { toString(): string } | null | undefined, { timestamp }: Place): string {
  const ms = Number(senderMs ?? 0);
  return ms > 0 && ms < MAX_TIME_MS ? new Date(ms).toISOString() : timestamp;
}

/** A key is written from its sender's side: `fromMe` is the sender's own message. */
function targetOf(key: proto.IMessageKey | null | undefined, place: Place, self: Identity) {
  if (!key?.id) return undefined;
  if (key.fromMe) return { waMessageId: key.id, fromMe: place.fromMe };
  const author = identityOf(key.participant ?? undefined);
  const isInGroup = place.peer === null;
  return { waMessageId: key.id, fromMe: isInGroup ? isSamePerson(author, self) : !place.fromMe };
}

function authorOf({ participant }: proto.IMessageKey, fromMe: boolean, place: Place, self: Identity): Identity {
  if (fromMe) return self;
  if (place.peer) return place.peer;
  const named = identityOf(participant ?? undefined);
  return named.phone === null && named.lid === null ? place.sender : named;
}

function jidsOf({ phone, lid }: Identity): string[] {
  return [...(phone === null ? [] : [`${phone}@s.whatsapp.net`]), ...(lid === null ? [] : [`${lid}@lid`])];
}
