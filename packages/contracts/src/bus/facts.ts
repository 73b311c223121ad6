import { z } from 'zod';
import { chatSchema, destinationSchema, identitySchema, readableSchema } from '../addresses.js';
import { chatActionNameSchema, chatChangeSchema } from '../chat-actions.js';
import { messageTypeSchema, receivedContentSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { mediaProblemSchema, mediaStateSchema } from '../media.js';
import { failureCodeSchema } from '../message-status.js';
import { callStatusSchema, presenceStateSchema } from '../presence.js';
import {
  healthReasonSchema,
  profileHealthSchema,
  restrictionSchema,
  sessionStatusSchema,
  statusReasonSchema,
} from '../profile-status.js';
import { channelFacts } from './channel-facts.js';
import { groupFacts } from './group-facts.js';
import { historyFacts } from './history-facts.js';

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

/** Whatever arrives as a message of WhatsApp's, from somebody or from another device of the account. */
const arrived = {
  ...base,
  waMessageId: z.string(),
  /** Address the chat goes by: canonical (phone when known); of statuses, theirs. */
  chat: destinationSchema,
  /** The other side of a one-to-one chat; null in a group. */
  peer: identitySchema.nullable(),
  /** Who wrote it. */
  sender: identitySchema,
  pushName: z.string().nullable(),
  fromMe: z.boolean(),
  /** WhatsApp's time of the message. */
  timestamp: z.iso.datetime(),
};

/** A message arrived, or one of our own was sent from another device of the account. */
export const messageReceivedFactSchema = z.object({
  ...arrived,
  type: messageTypeSchema,
  content: receivedContentSchema,
});
export type MessageReceivedFact = z.infer<typeof messageReceivedFactSchema>;

/** What something about an earlier message of the same chat has in common. */
const about = {
  ...arrived,
  target: z.object({ waMessageId: z.string(), fromMe: z.boolean() }),
  /** By the clock of who says it, finer than WhatsApp's: the last word of one person counts. */
  saidAt: z.iso.datetime(),
};

/** The author of a message changed what it says. */
export const messageEditedFactSchema = z.object({ ...about, content: receivedContentSchema });
export type MessageEditedFact = z.infer<typeof messageEditedFactSchema>;

/** A message was deleted for everyone: by its author, or by an admin of the group. */
export const messageDeletedFactSchema = z.object(about);
export type MessageDeletedFact = z.infer<typeof messageDeletedFactSchema>;

/** Somebody reacted to a message, or took the reaction back. */
export const messageReactionFactSchema = z.object({ ...about, emoji: z.string().nullable() });
export type MessageReactionFact = z.infer<typeof messageReactionFactSchema>;

/** Somebody changed after how long the messages of a chat disappear. */
export const chatTimerFactSchema = z.object({
  ...arrived,
  seconds: z.number().int().nonnegative().describe('0 turns disappearing off.'),
});
export type ChatTimerFact = z.infer<typeof chatTimerFactSchema>;

/**
 * Somebody voted in a poll. WhatsApp seals a vote with the poll's own secret, which the engine does not hold: whoever has
 * the poll opens it. The names are those that the clients may have sealed it with.
 */
export const pollVoteFactSchema = z.object({
  ...about,
  vote: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('options'), options: z.array(z.string()) }),
    z.object({
      kind: z.literal('sealed'),
      payload: z.base64(),
      iv: z.base64(),
      voters: z.array(z.string()),
      creators: z.array(z.string()),
    }),
  ]),
});
export type PollVoteFact = z.infer<typeof pollVoteFactSchema>;

/** What became of the file of a received message. */
export const mediaStateFactSchema = z.object({
  ...base,
  mediaId: idSchema,
  state: mediaStateSchema,
  problem: mediaProblemSchema.nullable(),
  /** Of the bytes that are stored; present exactly while the file is READY. */
  file: z
    .object({
      mimeType: z.string(),
      bytes: z.number().int(),
      sha256: z.string(),
      width: z.number().int().optional(),
      height: z.number().int().optional(),
    })
    .nullable(),
});
export type MediaStateFact = z.infer<typeof mediaStateFactSchema>;

/** WhatsApp said what became of a message we sent. */
export const messageStatusFactSchema = z.object({
  ...base,
  /** Ours, when the engine sent it as a command; receipts know only the WhatsApp id. */
  messageId: idSchema.nullable(),
  waMessageId: z.string(),
  chat: destinationSchema,
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

/** Another device of the account changed a chat. */
export const chatChangedFactSchema = z.object({
  ...base,
  chat: chatSchema,
  peer: identitySchema.nullable(),
  change: chatChangeSchema,
});
export type ChatChangedFact = z.infer<typeof chatChangedFactSchema>;

/** A change of a chat that WhatsApp was to be told of was given up. */
export const chatActionFailedFactSchema = z.object({
  ...base,
  commandId: idSchema,
  chat: readableSchema,
  action: chatActionNameSchema,
  detail: z.string().nullable(),
});
export type ChatActionFailedFact = z.infer<typeof chatActionFailedFactSchema>;

/** Somebody whose presence is followed shows something. */
export const presenceFactSchema = z.object({
  ...base,
  /** Of the event, so that a fact seen twice is announced once. */
  eventId: idSchema,
  chat: chatSchema,
  who: identitySchema,
  state: presenceStateSchema,
  lastSeenAt: z.iso.datetime().nullable(),
});
export type PresenceFact = z.infer<typeof presenceFactSchema>;

/** A call rings, or has ended. */
export const callFactSchema = z.object({
  ...base,
  waCallId: z.string(),
  /** The caller as WhatsApp names them. */
  fromJid: z.string(),
  chat: chatSchema,
  caller: identitySchema,
  video: z.boolean(),
  isGroup: z.boolean(),
  status: callStatusSchema,
  startedAt: z.iso.datetime(),
  /** Who rejected it here: a caller of ours, or the profile's settings. */
  rejectedBy: z.enum(['API', 'SETTING']).nullable(),
});
export type CallFact = z.infer<typeof callFactSchema>;

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
  'message-edited': {
    schema: messageEditedFactSchema,
    dedupeKey: (fact: MessageEditedFact) => `me:${fact.profileId}:${fact.chat}:${fact.waMessageId}`,
    description: 'The author of a message changed what it says.',
  },
  'message-deleted': {
    schema: messageDeletedFactSchema,
    dedupeKey: (fact: MessageDeletedFact) => `md:${fact.profileId}:${fact.chat}:${fact.waMessageId}`,
    description: 'A message was deleted for everyone.',
  },
  'message-reaction': {
    schema: messageReactionFactSchema,
    dedupeKey: (fact: MessageReactionFact) => `re:${fact.profileId}:${fact.chat}:${fact.waMessageId}`,
    description: 'Somebody reacted to a message, or took the reaction back.',
  },
  'poll-vote': {
    schema: pollVoteFactSchema,
    dedupeKey: (fact: PollVoteFact) => `pv:${fact.profileId}:${fact.chat}:${fact.waMessageId}`,
    description: 'Somebody voted in a poll.',
  },
  'chat-timer': {
    schema: chatTimerFactSchema,
    dedupeKey: (fact: ChatTimerFact) => `ct:${fact.profileId}:${fact.chat}:${fact.waMessageId}`,
    description: 'Somebody changed after how long the messages of a chat disappear.',
  },
  'media-state': {
    schema: mediaStateFactSchema,
    dedupeKey: (fact: MediaStateFact) => `fs:${fact.mediaId}:${fact.state}:${fact.at}`,
    description: 'The file of a received message is there, or cannot be had.',
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
  ...channelFacts,
  ...historyFacts,
  'chat-changed': {
    schema: chatChangedFactSchema,
    dedupeKey: ({ profileId, chat, at, change }: ChatChangedFact) =>
      `cc:${profileId}:${chat}:${at}:${JSON.stringify(change).slice(0, 200)}`,
    description: 'Another device of the account changed a chat.',
  },
  presence: {
    schema: presenceFactSchema,
    dedupeKey: ({ eventId }: PresenceFact) => `pr:${eventId}`,
    description: 'Somebody whose presence is followed shows something.',
  },
  call: {
    schema: callFactSchema,
    dedupeKey: ({ profileId, waCallId, status }: CallFact) => `ca:${profileId}:${waCallId}:${status}`,
    description: 'A call rings, or has ended.',
  },
  'chat-action-failed': {
    schema: chatActionFailedFactSchema,
    dedupeKey: ({ commandId }: ChatActionFailedFact) => `cf:${commandId}`,
    description: 'A change of a chat that WhatsApp was to be told of was given up.',
  },
} as const;
export type FactKind = keyof typeof facts;

/** Kinds that arrive as a message of WhatsApp's, and are journaled before it is told that they did. */
export const arrivalKinds = [
  'message-received',
  'message-edited',
  'message-deleted',
  'message-reaction',
  'poll-vote',
  'chat-timer',
] as const satisfies FactKind[];
export type ArrivalKind = (typeof arrivalKinds)[number];
