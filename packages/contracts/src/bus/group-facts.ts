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

/** A group has another picture, or none any more. */
export const groupPictureFactSchema = z.object({
  ...base,
  /** WhatsApp's id of the notification. */
  noticeId: z.string(),
  chat: groupChatSchema,
  /** WhatsApp's id of the picture; null when it was removed. */
  pictureId: z.string().nullable(),
  /** Who changed it, when WhatsApp said so. */
  actor: identitySchema.nullable(),
});
export type GroupPictureFact = z.infer<typeof groupPictureFactSchema>;

/** All groups that the number is in: of every other one it is not a member any more. Ordered like states. */
export const groupListFactSchema = z.object({
  ...base,
  generation: z.number().int(),
  step: z.number().int(),
  chats: z.array(groupChatSchema),
});
export type GroupListFact = z.infer<typeof groupListFactSchema>;

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
  'group-picture': {
    schema: groupPictureFactSchema,
    dedupeKey: (fact: GroupPictureFact) => `gp:${fact.profileId}:${fact.chat}:${fact.noticeId}`,
    description: 'A group has another picture, or none any more.',
  },
  'group-list': {
    schema: groupListFactSchema,
    dedupeKey: (fact: GroupListFact) => `gl:${fact.profileId}:${fact.generation}:${fact.step}`,
    description: 'All groups that the number is in.',
  },
  'message-receipt': {
    schema: messageReceiptFactSchema,
    dedupeKey: ({ profileId, chat, waMessageId, participant, status }: MessageReceiptFact) =>
      `mp:${profileId}:${chat}:${waMessageId}:${participant.lid ?? participant.phone}:${status}`,
    description: 'One member of a group, or viewer of a status, got, read or played a message.',
  },
} as const;
