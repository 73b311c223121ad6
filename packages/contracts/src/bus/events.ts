import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { chatActionNameSchema } from '../chat-actions.js';
import { contentSchema, messageTypeSchema } from '../content.js';
import { groupChatSchema, groupFactsSchema, groupRoleSchema } from '../groups.js';
import { historyProgressSchema, historyStateSchema } from '../history.js';
import { broadcastFrozenSchema } from '../http/broadcasts.js';
import { idSchema } from '../ids.js';
import { mediaSchema } from '../media.js';
import { failureCodeSchema, messageOriginSchema } from '../message-status.js';
import { callStatusSchema, presenceStateSchema } from '../presence.js';
import {
  healthReasonSchema,
  newChatCapSchema,
  profileHealthSchema,
  reachoutTimelockSchema,
  sessionStatusSchema,
  statusReasonSchema,
} from '../profile-status.js';
import { channelEvents } from './channel-events.js';
import { growing } from './growing.js';
import { statusEvents } from './status-events.js';

const time = z.iso.datetime();

const messageType = growing(messageTypeSchema);
const statusReason = growing(statusReasonSchema);
const healthReason = growing(healthReasonSchema);

const peer = identitySchema
  .nullable()
  .optional()
  .describe('The person of a one-to-one chat, by phone and LID; null in a group.');

const messageRef = z.object({ messageId: idSchema, waMessageId: z.string(), chat: chatSchema, peer });

const messageReceived = messageRef.extend({
  fromMe: z.boolean(),
  type: messageType,
  content: growing(contentSchema),
  sender: identitySchema.extend({ pushName: z.string().nullable() }),
  contactId: idSchema.nullable(),
  /** True when this contact had never written to this profile before. */
  firstOfContact: z.boolean(),
  timestamp: time,
});

const contact = identitySchema.extend({ contactId: idSchema, name: z.string().nullable() });

const messageMoved = messageRef.extend({
  at: time,
  origin: growing(messageOriginSchema).optional().describe('Who asked for the message.'),
});

/** A change to an earlier message. */
const messageChanged = messageRef.extend({
  fromMe: z.boolean().describe('Whether the profile itself did it, here or on another device.'),
  sender: identitySchema.describe('Who did it.'),
  contactId: idSchema.nullable(),
  at: time,
});

const pollVote = messageChanged.extend({
  options: z.array(z.string()).describe('All that this person chooses now; empty when the vote was taken back.'),
  tally: z.array(z.object({ option: z.string(), votes: z.number().int() })),
});

const profileStatus = z.object({
  status: sessionStatusSchema,
  reason: statusReason.nullable(),
  sentence: z.string().nullable(),
  health: profileHealthSchema,
  self: identitySchema.nullable(),
});

const profileHealth = z.object({
  health: profileHealthSchema,
  reason: healthReason.nullable(),
  sentence: z.string().nullable(),
  restriction: reachoutTimelockSchema.nullable(),
  newChatCap: newChatCapSchema.nullable().describe('Set while this is what restricts the number.'),
});

const conversationRef = z.object({
  conversationId: idSchema,
  chat: chatSchema,
  peer,
  by: z.enum(['API', 'PHONE']).describe('Who did it: a caller of ours, or another device of the number.'),
});

const conversationState = conversationRef.extend({
  contactId: idSchema.nullable(),
  unreadCount: z.number().int(),
  markedUnread: z.boolean(),
  archived: z.boolean(),
  mutedUntil: time.nullable(),
  pinnedAt: time.nullable(),
  labels: z.array(z.string()),
  ephemeralSeconds: z.number().int().nullable(),
  assigneeId: idSchema.nullable(),
  changed: z.array(z.string()).describe('The fields that this change was about.'),
});

const call = z.object({
  callId: idSchema,
  waCallId: z.string(),
  chat: chatSchema,
  caller: identitySchema,
  contactId: idSchema.nullable(),
  video: z.boolean(),
  group: z.boolean(),
  at: time,
});

const broadcastState = z.object({
  broadcastId: idSchema,
  status: z.enum(['DRAFT', 'SCHEDULED', 'RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED']),
  counts: z.record(z.string(), z.number().int()),
  /** Set while recipients who never wrote to a restricted number wait; absent otherwise. */
  frozen: broadcastFrozenSchema.extend({ reason: z.literal('reachout_timelock') }).optional(),
  /** The same while it is the number's cap of new chats that they wait for. */
  newChatCap: broadcastFrozenSchema.pick({ until: true }).optional(),
});

const automationRun = z.object({
  automationId: idSchema,
  runId: idSchema,
  version: z.number().int(),
  contactId: idSchema,
  chat: chatSchema,
  peer,
});

const groupView = groupFactsSchema.extend({
  size: z.int(),
  role: groupRoleSchema.nullable().describe('The number’s own role; null once it is no longer in the group.'),
});
const groupRef = z.object({
  chat: groupChatSchema,
  actor: identitySchema.nullable().describe('Who did it, when WhatsApp says so.'),
});

function event<T extends z.ZodType>(version: number, data: T, description: string) {
  return { version, data, description };
}

/**
 * Every event that customers can see. A new one is a row here and an example in `event-examples.ts`. Adding a field is
 * compatible; anything else is a new version.
 */
export const events = {
  'profile.status': event(1, profileStatus, 'The state of a profile’s session changed.'),
  'profile.qr': event(
    1,
    z.object({ qr: z.string(), expiresAt: time }),
    'A QR code to link the profile with; WhatsApp rotates it.',
  ),
  'profile.health': event(
    1,
    profileHealth,
    'A session became DEGRADED (nothing comes through) or RESTRICTED (by WhatsApp), or is OK again.',
  ),
  'profile.history': event(
    1,
    historyProgressSchema.extend({ state: growing(historyStateSchema) }),
    'The import of what the phone has kept from before the link has begun, come further, or is complete. It may come further after that, when the phone hands over more. Imported messages are not announced one by one.',
  ),
  'contact.created': event(1, contact, 'A person was seen for the first time.'),
  'contact.updated': event(
    1,
    contact.extend({ pushName: z.string().nullable() }),
    'More became known of a person: the other half of phone and LID, or the name they give themselves.',
  ),
  'contact.merged': event(
    1,
    contact.extend({
      mergedContactId: idSchema.describe('The row that is gone; its id still leads to the contact.'),
      chat: chatSchema,
      mergedChat: chatSchema.describe('The chat that went by the LID; its messages are in `chat` now.'),
    }),
    'Two contacts turned out to be one person, known by phone here and by LID there, and are one now.',
  ),
  'message.received': event(
    1,
    messageReceived,
    'A message arrived, or another device of the number sent one (fromMe).',
  ),
  'message.media': event(
    1,
    messageRef.extend({ media: mediaSchema }),
    'The file of a received message is there (READY), cannot be had (FAILED), is kept no longer by us or by WhatsApp (EXPIRED), or is fetched once more (PENDING).',
  ),
  'message.sent': event(1, messageMoved, 'WhatsApp has accepted the message.'),
  'message.delivered': event(1, messageMoved, 'The message reached the recipient’s phone.'),
  'message.read': event(1, messageMoved, 'The recipient has read the message.'),
  'message.played': event(1, messageMoved, 'The recipient has played the voice note or video.'),
  'message.failed': event(
    1,
    messageMoved.extend({ code: growing(failureCodeSchema), sentence: z.string(), detail: z.string().nullable() }),
    'The message ended without being sent.',
  ),
  'message.cancelled': event(1, messageMoved, 'A scheduled or queued message was cancelled before it was sent.'),
  'message.edited': event(
    1,
    messageChanged.extend({ content: growing(contentSchema) }),
    'The author of a message changed what it says.',
  ),
  'message.deleted': event(1, messageChanged, 'A message was deleted for everyone.'),
  'message.reaction': event(
    1,
    messageChanged.extend({ emoji: z.string().nullable() }),
    'Somebody reacted to a message; emoji is null when the reaction was taken back.',
  ),
  'poll.vote': event(1, pollVote, 'Somebody voted in a poll, changed the vote or took it back.'),
  ...statusEvents,
  ...channelEvents,
  'group.joined': event(
    1,
    groupRef.extend({ group: groupView }),
    'The number is in a group that was not known before: it made it, joined it, was added, or was linked with it.',
  ),
  'group.updated': event(
    1,
    groupRef.extend({ changed: z.array(z.string()).describe('Names of fields of the group.'), group: groupView }),
    'A group is called otherwise, or lets others do other things than before.',
  ),
  'group.picture': event(
    1,
    groupRef.extend({
      subject: z.string(),
      pictureId: z.string().nullable().describe('WhatsApp’s id of it; null when the picture was removed.'),
      at: time,
    }),
    'A group has another picture, or none any more.',
  ),
  'group.participants': event(
    1,
    groupRef.extend({
      size: z.int(),
      added: z.array(identitySchema),
      removed: z.array(identitySchema),
      promoted: z.array(identitySchema),
      demoted: z.array(identitySchema),
    }),
    'People came to a group or went, became admins or are admins no longer.',
  ),
  'group.left': event(
    1,
    groupRef.extend({ subject: z.string() }),
    'The number is no longer in a group: it left, or was removed.',
  ),
  'group.request': event(
    1,
    z.object({
      chat: groupChatSchema,
      subject: z.string().nullable(),
      person: identitySchema,
      state: z.enum(['REQUESTED', 'WITHDRAWN', 'REJECTED']),
      at: time,
    }),
    'Somebody asks to be let into a group of which the number is an admin, or does so no longer.',
  ),
  'conversation.updated': event(
    1,
    conversationState,
    'A conversation was read, marked, archived, muted, pinned, labelled or assigned; here or on the phone.',
  ),
  'conversation.timer': event(
    1,
    z.object({
      conversationId: idSchema,
      chat: chatSchema,
      peer,
      seconds: z.number().int().nonnegative().describe('After how long messages disappear; 0 for never.'),
      fromMe: z.boolean().describe('Whether another device of the number changed it.'),
      sender: identitySchema.nullable().describe('Who changed it, when WhatsApp says so.'),
      at: time,
    }),
    'Somebody else, or another device of the number, changed after how long the messages of a chat disappear.',
  ),
  'conversation.cleared': event(1, conversationRef, 'All messages of a conversation were removed from view.'),
  'conversation.deleted': event(
    1,
    conversationRef,
    'A conversation was removed from the list; the next message brings it back, without what was before.',
  ),
  'conversation.action.failed': event(
    1,
    z.object({ chat: chatSchema, action: chatActionNameSchema, detail: z.string().nullable() }),
    'A change of a conversation is kept here, but WhatsApp could not be told of it.',
  ),
  'presence.updated': event(
    1,
    z.object({
      chat: chatSchema,
      who: identitySchema,
      state: presenceStateSchema,
      lastSeenAt: time.nullable(),
      at: time,
    }),
    'Somebody whose presence is followed is online, has gone, types or records.',
  ),
  'call.received': event(1, call, 'Somebody calls the number.'),
  'call.ended': event(
    1,
    call.extend({
      status: callStatusSchema,
      by: z.enum(['API', 'SETTING']).nullable().describe('Who rejected it here: a caller of ours, or the settings.'),
    }),
    'A call does not ring any more: it was rejected, answered on another device, or missed.',
  ),
  'broadcast.status': event(
    1,
    broadcastState,
    'A broadcast changed its state, or was frozen or thawed by a restriction of its number.',
  ),
  'broadcast.progress': event(
    1,
    broadcastState,
    'How far a running broadcast has come; at most one every few seconds.',
  ),
  'automation.run.started': event(1, automationRun, 'A contact entered a flow.'),
  'automation.run.ended': event(
    1,
    automationRun.extend({ status: z.enum(['COMPLETED', 'FAILED', 'CANCELLED']), failureCode: z.string().nullable() }),
    'A run of a flow ended.',
  ),
  'webhook.disabled': event(
    1,
    z.object({
      endpointId: idSchema,
      reason: z.string(),
      sentence: z.string().describe('Why, and how the endpoint returns.'),
      failingSince: time.nullable().describe('The first failure since the last success.'),
    }),
    'A webhook endpoint was disabled and gets nothing more until it is enabled again.',
  ),
  'webhook.test': event(1, z.object({ endpointId: idSchema }), 'Sent on request, to try an endpoint out.'),
} as const;
export type EventType = keyof typeof events;
export const eventTypes = Object.keys(events) as [EventType, ...EventType[]];
export type EventData<T extends EventType> = z.infer<(typeof events)[T]['data']>;

/** What every subscriber gets, by webhook, SSE and NATS alike. */
export const eventEnvelopeSchema = z
  .object({
    id: idSchema,
    type: growing(z.enum(eventTypes)),
    version: z.number().int(),
    timestamp: time,
    workspaceId: idSchema,
    profileId: idSchema.nullable(),
    sequence: z
      .number()
      .int()
      .describe('Contiguous per profile (per workspace where profileId is null): a jump is a gap.'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type EventEnvelope = z.infer<typeof eventEnvelopeSchema>;
