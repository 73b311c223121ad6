import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { contentSchema, messageTypeSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { failureCodeSchema } from '../message-status.js';
import {
  healthReasonSchema,
  profileHealthSchema,
  restrictionSchema,
  sessionStatusSchema,
  statusReasonSchema,
} from '../profile-status.js';
import { groupFacts } from './group-facts.js';

const base = { profileId: idSchema, workspaceId: idSchema, at: z.iso.datetime().describe('When the engine saw it.') };

/**
 * The session's state changed. Ordered by (generation, step): a fact older than the one applied last changes nothing,
 * so that a losing worker cannot overwrite what the new owner said.
 */
export const profileStatusFactSchema = z.object({
  ...base,
  generation: z.number().int(),
  step: z.number().int(),
  status: sessionStatusSchema,
  reason: statusReasonSchema.nullable(),
  health: profileHealthSchema.default('OK'),
  healthReason: healthReasonSchema.nullable().default(null),
  /** What WhatsApp forbids at the moment; present exactly while health is RESTRICTED. */
  restriction: restrictionSchema.nullable().default(null),
  /** The number's own identity, once known. */
  self: identitySchema.nullable(),
  /** Linking by QR: what to show, and until when. Present exactly while status is QR_READY. */
  qr: z.object({ text: z.string(), expiresAt: z.iso.datetime() }).nullable(),
  /** Set when the engine gave up by itself (logged out, QR expired): what is wanted becomes DISCONNECTED. */
  settled: z.boolean().default(false),
});
export type ProfileStatusFact = z.infer<typeof profileStatusFactSchema>;

/** A message arrived, or one of our own was sent from another device of the account. */
export const messageReceivedFactSchema = z.object({
  ...base,
  waMessageId: z.string(),
  /** Address the chat goes by: canonical (phone when known). */
  chat: chatSchema,
  /** The other side of a one-to-one chat; null in a group. */
  peer: identitySchema.nullable(),
  /** Who wrote it. */
  sender: identitySchema,
  pushName: z.string().nullable(),
  fromMe: z.boolean(),
  type: messageTypeSchema,
  content: contentSchema,
  /** WhatsApp's time of the message. */
  timestamp: z.iso.datetime(),
});
export type MessageReceivedFact = z.infer<typeof messageReceivedFactSchema>;

/** WhatsApp said what became of a message we sent. */
export const messageStatusFactSchema = z.object({
  ...base,
  /** Ours, when the engine sent it as a command; receipts know only the WhatsApp id. */
  messageId: idSchema.nullable(),
  waMessageId: z.string(),
  chat: chatSchema,
  status: z.enum(['SENT', 'DELIVERED', 'READ', 'PLAYED', 'FAILED']),
  failure: z.object({ code: failureCodeSchema, detail: z.string().nullable() }).nullable(),
  /** With SENT in a group: how many others it went to. */
  recipients: z.int().optional(),
});
export type MessageStatusFact = z.infer<typeof messageStatusFactSchema>;

/**
 * WhatsApp named people by phone and LID, outside of a message of theirs. Teaches about those who are known here by either
 * half, and makes nobody known.
 */
export const contactLearnedFactSchema = z.object({ ...base, people: z.array(identitySchema).min(1).max(500) });
export type ContactLearnedFact = z.infer<typeof contactLearnedFactSchema>;

/** Facts by kind, each with the key that drops a repetition inside the stream's window. */
export const facts = {
  'profile-status': {
    schema: profileStatusFactSchema,
    dedupeKey: (fact: ProfileStatusFact) => `ps:${fact.profileId}:${fact.generation}:${fact.step}`,
    description: 'The state of a session changed.',
  },
  'message-received': {
    schema: messageReceivedFactSchema,
    dedupeKey: (fact: MessageReceivedFact) => `mr:${fact.profileId}:${fact.chat}:${fact.waMessageId}:${fact.type}`,
    description: 'A message arrived, or another device of the account sent one.',
  },
  'message-status': {
    schema: messageStatusFactSchema,
    dedupeKey: (fact: MessageStatusFact) => `ms:${fact.profileId}:${fact.chat}:${fact.waMessageId}:${fact.status}`,
    description: 'WhatsApp said what became of a sent message.',
  },
  'contact-learned': {
    schema: contactLearnedFactSchema,
    dedupeKey: ({ profileId, at, people: [first], people }: ContactLearnedFact) =>
      `cl:${profileId}:${at}:${people.length}:${first?.phone}:${first?.lid}`,
    description: 'WhatsApp named people by phone and LID.',
  },
  ...groupFacts,
} as const;
export type FactKind = keyof typeof facts;
