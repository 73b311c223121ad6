import {
  areJidsSameUser,
  encodeSignedDeviceIdentity,
  encodeWAMessage,
  type proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import { identityOf, isSamePerson } from '../addresses.js';
import type { resendLabelOf } from '../converters/stanza.js';
import type { GroupBook } from './group-book.js';

/** One member's device asks for a message that it could not read. */
interface Asked {
  id: string;
  from: string;
  participant: string | undefined;
  count: number;
}

/**
 * Sends a group's message again to the one device that asked, with the key to read the next ones by. Whoever has left the
 * group gets neither.
 */
export async function resendToGroup(
  sock: WASocket,
  groups: Pick<GroupBook, 'get'>,
  { id, from: group, participant, count }: Asked,
  { message, label }: { message: proto.IMessage; label: ReturnType<typeof resendLabelOf> },
): Promise<boolean> {
  const { me, account } = sock.authState.creds;
  if (participant === undefined || !me || !account) return false;
  const { info, addressing } = await groups.get(group);
  const asking = identityOf(participant);
  if (!info.participants.some((one) => isSamePerson(one, asking))) return false;
  const { signalRepository } = sock;
  const meId = addressing === 'lid' && me.lid !== undefined ? me.lid : me.id;
  const key = await signalRepository.getSenderKeyDistributionMessage({ group, meId });
  const withKey = {
    ...message,
    senderKeyDistributionMessage: { groupId: group, axolotlSenderKeyDistributionMessage: key },
  };
  const own = areJidsSameUser(participant, me.id) || areJidsSameUser(participant, me.lid);
  const plaintext = own ? { deviceSentMessage: { destinationJid: group, message: withKey } } : withKey;
  const { type, ciphertext } = await signalRepository.encryptMessage({
    jid: participant,
    data: encodeWAMessage(plaintext),
  });
  await sock.sendNode({
    tag: 'message',
    attrs: { id, to: group, participant, ...label.attributes, addressing_mode: addressing },
    content: [
      { tag: 'enc', attrs: { v: '2', type, ...label.encAttributes, count: String(count) }, content: ciphertext },
      { tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) },
      ...label.nodes,
    ],
  });
  return true;
}
