import { z } from 'zod';
import { destinationSchema, identitySchema } from '../addresses.js';
import { groupChatSchema, groupInfoSchema } from '../groups.js';
import { idSchema } from '../ids.js';

const base = { profileId: idSchema, workspaceId: idSchema, at: z.iso.datetime().describe('When the engine saw it.') };

/**
 * How a group is now, whole: what changed is found by comparing it with what was stored. Ordered by (generation, step), so
 * that a repeated or late one changes nothing.
 */
export const groupStateFactSchema = z.object({
  ...base,
  generation: z.number().int(),
  step: z.number().int(),
  chat: groupChatSchema,
  /** Null: the number is no longer in it. */
  group: groupInfoSchema.nullable(),
  /** Who changed it, when WhatsApp said so. */
  actor: identitySchema.nullable(),
});
export type GroupStateFact = z.infer<typeof groupStateFactSchema>;

/** Somebody wants to be let into a group of which the number is an admin, or wants it no longer. */
export const groupRequestFactSchema = z.object({
  ...base,
  /** WhatsApp's id of the notification. */
  noticeId: z.string(),
  chat: groupChatSchema,
  person: identitySchema,
  state: z.enum(['REQUESTED', 'WITHDRAWN', 'REJECTED']),
});
export type GroupRequestFact = z.infer<typeof groupRequestFactSchema>;

/** One of those to whom a message of ours went got, read or played it: a member of a group, or somebody who sees a status. */
export const messageReceiptFactSchema = z.object({
  ...base,
  waMessageId: z.string(),
  chat: destinationSchema,
  participant: identitySchema,
  status: z.enum(['DELIVERED', 'READ', 'PLAYED']),
});
export type MessageReceiptFact = z.infer<typeof messageReceiptFactSchema>;

/** Facts about groups by kind, each with the key that drops a repetition inside the stream's window. */
export const groupFacts = {
  'group-state': {
    schema: groupStateFactSchema,
    dedupeKey: (fact: GroupStateFact) => `gs:${fact.profileId}:${fact.generation}:${fact.step}`,
    description: 'How a group is now, or that the number is no longer in it.',
  },
  'group-request': {
    schema: groupRequestFactSchema,
    dedupeKey: (fact: GroupRequestFact) => `gr:${fact.profileId}:${fact.chat}:${fact.noticeId}`,
    description: 'Somebody wants to be let into a group, or wants it no longer.',
  },
  'message-receipt': {
    schema: messageReceiptFactSchema,
    dedupeKey: ({ profileId, chat, waMessageId, participant, status }: MessageReceiptFact) =>
      `mp:${profileId}:${chat}:${waMessageId}:${participant.lid ?? participant.phone}:${status}`,
    description: 'One member of a group, or viewer of a status, got, read or played a message.',
  },
} as const;
