import { type OutboundContent, statusChat, type UploadedMedia } from '@multiwa/contracts';
import {
  areJidsSameUser,
  type BinaryNode,
  encodeSignedDeviceIdentity,
  encodeWAMessage,
  getBinaryNodeChild,
  isJidGroup,
  jidNormalizedUser,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { Session } from '../engine.js';
import { selfIdentity } from './addresses.js';
import type { CompleteIdentity } from './complete-identity.js';
import { toProto } from './converters/index.js';
import { resendLabelOf } from './converters/stanza.js';
import type { GroupBook } from './groups/group-book.js';
import { resendToGroup } from './groups/resend-to-group.js';
import { resendStatus } from './status/resend-status.js';

/** One device asks for a message that it could not decrypt. */
export function isRetryReceipt({ attrs }: BinaryNode): boolean {
  return attrs.type === 'retry';
}

/** As often as the library sends one message to one device again. */
const MAX_ATTEMPTS = 5;

/**
 * Sends a message again to the one device that asked for it. The library's own resend carries the message twice, once for
 * the device and once as for all, and WhatsApp refuses that (479). The library has prepared the Signal session when this is
 * called. The content comes from the database, by WhatsApp's id alone: the receipt names the chat by a device's address.
 * @returns whether there was something to send
 */
export async function resend(
  sock: WASocket,
  session: Session,
  { groups, complete }: { groups: Pick<GroupBook, 'get' | 'refresh'>; complete: CompleteIdentity },
  receipt: BinaryNode,
  uploadedFor: (content: OutboundContent) => Promise<UploadedMedia | undefined>,
): Promise<boolean> {
  const { from, id, participant, recipient } = receipt.attrs;
  const { me, account } = sock.authState.creds;
  const count = Number(getBinaryNodeChild(receipt, 'retry')?.attrs.count ?? 1);
  if (from === undefined || id === undefined || !me || !account || count > MAX_ATTEMPTS) return false;
  const sent = await session.sentMessage(id);
  if (!sent) return false;
  const { content } = sent;
  const message = toProto(content, { ...sent, self: selfIdentity(me) }, await uploadedFor(content));
  const label = resendLabelOf(content);
  if (isJidGroup(from)) return resendToGroup(sock, groups, { id, from, participant, count }, { message, label });
  if (from === statusChat) {
    const { status } = 'status' in content ? content : {};
    if (!status) return false;
    return resendStatus(sock, complete, { id, from, participant, count }, { message, label, ...status });
  }

  const { attributes, nodes, encAttributes } = label;
  const own = areJidsSameUser(from, me.id) || areJidsSameUser(from, me.lid);
  const chat = own && recipient !== undefined ? jidNormalizedUser(recipient) : undefined;
  const plaintext = encodeWAMessage(chat ? { deviceSentMessage: { destinationJid: chat, message } } : message);
  const { type, ciphertext } = await sock.signalRepository.encryptMessage({ jid: from, data: plaintext });
  await sock.sendNode({
    tag: 'message',
    attrs: { id, to: from, ...attributes, device_fanout: 'false', ...(chat ? { recipient: chat } : {}) },
    content: [
      { tag: 'enc', attrs: { v: '2', type, ...encAttributes, count: String(count) }, content: ciphertext },
      { tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) },
      ...nodes,
    ],
  });
  return true;
}
