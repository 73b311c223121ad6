import { proto } from '@whiskeysockets/baileys';
import { addressOf } from '../model/jid.js';
import { messageOf } from './message-content.js';
import { isForMany, type PhoneParts, personOf } from './parts.js';
import type { ReceivedMessage, SentMessage } from './records.js';

type Request = proto.Message.IPeerDataOperationRequestMessage;
type Result = proto.Message.PeerDataOperationRequestResponseMessage.IPeerDataOperationResult;

const { Status } = proto.WebMessageInfo;
const SECOND_MS = 1_000;

/**
 * What a phone answers a companion that asks for messages which it could not decrypt, or which came to it as `unavailable`: each
 * whole, with its key, or nothing where the phone has no such message. Undefined for requests of other kinds, which phones here
 * leave unanswered. What a real phone answers for a message that it lacks is not known.
 * @param requestId id of the message that asked
 */
export function placeholderResends(
  parts: PhoneParts,
  requestId: string,
  { peerDataOperationRequestType: type, placeholderMessageResendRequest: asked }: Request,
): proto.IMessage | undefined {
  const { Type } = proto.Message.ProtocolMessage;
  if (type !== proto.Message.PeerDataOperationRequestType.PLACEHOLDER_MESSAGE_RESEND) return undefined;
  return {
    protocolMessage: {
      type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationRequestType: type,
        stanzaId: requestId,
        peerDataOperationResult: (asked ?? []).map(({ messageKey }) => resultOf(parts, messageKey ?? {})),
      },
    },
  };
}

function resultOf(parts: PhoneParts, key: proto.IMessageKey): Result {
  const found = find(parts, key);
  const bytes = found && proto.WebMessageInfo.encode(found).finish();
  return { placeholderMessageResendResponse: bytes ? { webMessageInfoBytes: bytes } : {} };
}

function find(parts: PhoneParts, { remoteJid, fromMe, id }: proto.IMessageKey): proto.IWebMessageInfo | undefined {
  const { network, records } = parts;
  if (!remoteJid || !id) return undefined;
  const group = isForMany(remoteJid) ? remoteJid : undefined;
  // Clients name the chat by the device that wrote to it.
  const chat = network.directory.findByJid(remoteJid);
  const where = group ?? (chat && personOf(chat));
  if (where === undefined) return undefined;
  const jid = group ?? chat?.jid(addressOf(remoteJid)?.addressing ?? 'pn') ?? '';
  const received = records.findReceived(where, fromMe ?? false, id);
  if (received) return whole(parts, jid, received);
  const sent = fromMe ? records.findSent(id) : undefined;
  const isThere = sent && (group === undefined ? sent.to.phone === chat?.phone : sent.group === group);
  return isThere ? whole(parts, jid, sent) : undefined;
}

function whole(
  { network, account }: PhoneParts,
  remoteJid: string,
  message: ReceivedMessage | SentMessage,
): proto.IWebMessageInfo {
  const author = 'from' in message ? network.directory.find(message.from.phone) : account;
  const fromMe = author === account;
  const atMs = ('from' in message && message.sentAtMs) || message.timestampMs;
  const participant = message.group === undefined ? undefined : author?.jid('lid');
  return {
    key: { remoteJid, fromMe, id: message.id, ...(participant && { participant }) },
    message: messageOf(message.content),
    messageTimestamp: Math.floor(atMs / SECOND_MS),
    status: fromMe ? Status.SERVER_ACK : Status.DELIVERY_ACK,
    ...(author && !fromMe && { pushName: author.record.name }),
  };
}
