import type { Content } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';

/** Beside the content, not content. */
const companions = new Set([
  'messageContextInfo',
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
]);

/**
 * What changes or accompanies another message, or speaks to the client alone. Not a message of its own: showing one would
 * be a phantom. Each will get its own converter.
 */
const ignored = new Set([
  'protocolMessage',
  'reactionMessage',
  'encReactionMessage',
  'pollUpdateMessage',
  'keepInChatMessage',
  'pinInChatMessage',
  'encEventResponseMessage',
  'encCommentMessage',
  'secretEncryptedMessage',
  'stickerSyncRmrMessage',
  'deviceSentMessage',
  'call',
  'chat',
  'placeholderMessage',
]);

/** What carries the content stands in a field that this version of the library does not know. */
const UNNAMED = 'unknown';

/** A kind that has no converter yet: kept, with the name of its field. */
export function unsupportedFromProto(message: proto.IMessage): Content | undefined {
  const given = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
  const fields = given.map(([field]) => field);
  const carriers = fields.filter((field) => !companions.has(field));
  const rawType = carriers.find((field) => !ignored.has(field));
  if (rawType !== undefined) return { type: 'UNSUPPORTED', rawType };
  const isKeyExchange = fields.some(
    (field) => field.endsWith('SenderKeyDistributionMessage') || field === 'senderKeyDistributionMessage',
  );
  return carriers.length > 0 || isKeyExchange ? undefined : { type: 'UNSUPPORTED', rawType: UNNAMED };
}
