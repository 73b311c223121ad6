import { encodeSignedDeviceIdentity, encodeWAMessage, type proto, type WASocket } from '@whiskeysockets/baileys';
import type { resendLabelOf } from './converters/stanza.js';

/** One device asks for a message that went to many and that it could not read. */
export interface AskedOfMany {
  id: string;
  /** Where it went: a group, or the statuses. */
  from: string;
  participant: string;
  count: number;
  addressing: string;
  /** It is a device of the number itself. */
  own: boolean;
}

/** Sends it again to that one device, with the key to read the next ones by. */
export async function resendWithKey(
  sock: WASocket,
  { id, from, participant, count, addressing, own }: AskedOfMany,
  { message, label }: { message: proto.IMessage; label: ReturnType<typeof resendLabelOf> },
): Promise<boolean> {
  const { me, account } = sock.authState.creds;
  if (!me || !account) return false;
  const { signalRepository } = sock;
  const meId = addressing === 'lid' && me.lid !== undefined ? me.lid : me.id;
  const key = await signalRepository.getSenderKeyDistributionMessage({ group: from, meId });
  const withKey = {
    ...message,
    senderKeyDistributionMessage: { groupId: from, axolotlSenderKeyDistributionMessage: key },
  };
  const plaintext = own ? { deviceSentMessage: { destinationJid: from, message: withKey } } : withKey;
  const { type, ciphertext } = await signalRepository.encryptMessage({
    jid: participant,
    data: encodeWAMessage(plaintext),
  });
  await sock.sendNode({
    tag: 'message',
    attrs: { id, to: from, participant, ...label.attributes, addressing_mode: addressing },
    content: [
      { tag: 'enc', attrs: { v: '2', type, ...label.encAttributes, count: String(count) }, content: ciphertext },
      { tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) },
      ...label.nodes,
    ],
  });
  return true;
}
