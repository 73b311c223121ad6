import { z } from 'zod';

export const messageStatuses = [
  'SCHEDULED',
  'QUEUED',
  'SENT',
  'DELIVERED',
  'READ',
  'PLAYED',
  'FAILED',
  'CANCELLED',
] as const;
export const messageStatusSchema = z.enum(messageStatuses);
export type MessageStatus = z.infer<typeof messageStatusSchema>;

/**
 * Who asked for a message: the API, a broadcast, a flow, or the owner on another device of the account. HISTORY: it is older
 * than the link and was handed over by the phone.
 */
export const messageOriginSchema = z.enum(['API', 'BROADCAST', 'AUTOMATION', 'PHONE', 'HISTORY']);

/** Why a message ended FAILED. The sentence is public. */
export const failureReasons = {
  recipient_not_on_whatsapp: 'The recipient is not on WhatsApp.',
  recipient_unknown: 'WhatsApp gave no device to encrypt for; the number is probably not on WhatsApp.',
  restricted: 'WhatsApp refused to let this number write to the recipient first (error 463). Replies still work.',
  not_group_member: 'The number is not a member of the group.',
  group_admins_only: 'Only admins may send to this group, and the number is none.',
  group_unknown: 'There is no such group.',
  channel_admin_required: 'Only admins of the channel may post, and the number is none.',
  channel_unknown: 'There is no such channel.',
  rejected_by_whatsapp: 'WhatsApp rejected the message.',
  unsupported_by_engine: 'The engine of this profile cannot send this kind of message.',
  attempts_exhausted: 'Sending was tried several times without success.',
  expired: 'The message was not sent before its expiresAt.',
  opted_out: 'The recipient does not want messages.',
  media_gone: 'The file of the message is kept no longer.',
  profile_deleted: 'The profile was deleted before the message could be sent.',
} as const;
export type FailureCode = keyof typeof failureReasons;
export const failureCodeSchema = z.enum(Object.keys(failureReasons) as [FailureCode, ...FailureCode[]]);
