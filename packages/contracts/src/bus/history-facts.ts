import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { messageTypeSchema, receivedContentSchema } from '../content.js';
import { historyModeSchema, historyPhaseSchema } from '../history.js';
import { idSchema } from '../ids.js';

/** What every word about history has in common. */
const base = {
  profileId: idSchema,
  workspaceId: idSchema,
  at: z.iso.datetime(),
  /** The device as which the number is linked: with a new link the import begins anew. */
  link: z.string(),
  /** WhatsApp's id of the message by which the phone handed the chunk over. */
  chunk: z.string(),
};

/** Who reacted to an old message; the phone hands over what stands now. */
const reactionSchema = z.object({
  fromMe: z.boolean(),
  sender: identitySchema,
  emoji: z.string(),
  at: z.iso.datetime(),
  waMessageId: z.string(),
});

/** A message of before the link, as one that arrives, with what became of it since. */
export const historyMessageSchema = z.object({
  waMessageId: z.string(),
  chat: chatSchema,
  /** The other side of a one-to-one chat; null in a group. */
  peer: identitySchema.nullable(),
  sender: identitySchema,
  pushName: z.string().nullable(),
  fromMe: z.boolean(),
  /** WhatsApp's time, in whole seconds. */
  timestamp: z.iso.datetime(),
  /** Among messages of the same second of a chat: the newer, the higher. */
  order: z.int().min(0).max(999),
  status: z.enum(['SENT', 'DELIVERED', 'READ', 'PLAYED']),
  type: messageTypeSchema,
  content: receivedContentSchema,
  reactions: z.array(reactionSchema).max(1_024),
});
export type HistoryMessage = z.infer<typeof historyMessageSchema>;

/** Part of a chunk. `attempt` and `part` tell the engine how far the parts that it sent have been applied. */
export const historyMessagesFactSchema = z.object({
  ...base,
  attempt: idSchema,
  part: z.int(),
  messages: z.array(historyMessageSchema).min(1),
});
export type HistoryMessagesFact = z.infer<typeof historyMessagesFactSchema>;

/** What the phone's owner calls people, and what they call themselves. Makes nobody known. */
export const historyPeopleFactSchema = z.object({
  ...base,
  attempt: idSchema,
  part: z.int(),
  people: z.array(identitySchema.extend({ name: z.string().nullable(), pushName: z.string().nullable() })).min(1),
});
export type HistoryPeopleFact = z.infer<typeof historyPeopleFactSchema>;

/** A chunk was begun, or is done: all of its parts come before that. */
export const historyChunkFactSchema = z.object({
  ...base,
  stage: z.enum(['BEGUN', 'DONE', 'FAILED']),
  mode: historyModeSchema,
  phase: historyPhaseSchema,
  /** Of its phase, in percent, as the phone counts; null when it does not say. */
  progress: z.int().nullable(),
  /** How many parts were made of it so far. */
  parts: z.int(),
});
export type HistoryChunkFact = z.infer<typeof historyChunkFactSchema>;

/** Facts about what was before the link, by kind. */
export const historyFacts = {
  'history-messages': {
    schema: historyMessagesFactSchema,
    dedupeKey: ({ attempt, part }: HistoryMessagesFact) => `hm:${attempt}:${part}`,
    description: 'Messages of before the link, as the phone handed them over.',
  },
  'history-people': {
    schema: historyPeopleFactSchema,
    dedupeKey: ({ attempt, part }: HistoryPeopleFact) => `hm:${attempt}:${part}`,
    description: 'What people are called, as the phone handed it over with the history.',
  },
  'history-chunk': {
    schema: historyChunkFactSchema,
    dedupeKey: ({ profileId, chunk, stage, at }: HistoryChunkFact) => `hc:${profileId}:${chunk}:${stage}:${at}`,
    description: 'The import of a chunk of history has begun, or is done.',
  },
} as const;
