import { webhookDisabledReasons } from '../http/webhooks.js';
import { channelEventExamples } from './channel-event-examples.js';
import type { EventData, EventEnvelope, EventType } from './events.js';
import { statusEventExamples } from './status-event-examples.js';

const messageId = 'cmh3k2v1x0005qzrm8s2dn4kf';
const endpointId = 'cmh3k2v1x000aqzrm5w1eb2hk';
const at = '2026-11-23T05:00:00.000Z';
const chat = '6281234567890@s.whatsapp.net';
const person = { phone: '6281234567890', lid: '193827465501928' };
const message = { messageId, waMessageId: '3EB0C431C26A1916E07E', chat, peer: person };
const sent = { ...message, at, origin: 'API' } as const;
const broadcast = {
  broadcastId: 'cmh3k2v1x000cqzrm2b7cd9pq',
  status: 'RUNNING',
  counts: { QUEUED: 120, SENT: 60, DELIVERED: 20 },
} as const;
const conversation = { conversationId: 'cmh3k2v1x0004qzrm4t7uv0wx', chat, peer: person, by: 'PHONE' } as const;
const call = {
  callId: 'cmh3k2v1x000fqzrm2q4rs6tu',
  waCallId: '8F2C01D4A7B35E69',
  chat,
  caller: person,
  contactId: 'cmh3k2v1x0007qzrm4n8op2vw',
  video: false,
  group: false,
  at,
};
const run = {
  automationId: 'cmh3k2v1x000dqzrm7f3gh5rs',
  runId: 'cmh3k2v1x000eqzrm9j1kl3tu',
  version: 2,
  contactId: 'cmh3k2v1x0007qzrm4n8op2vw',
  chat,
  peer: person,
};

const groupRef = { chat: '120363041234567890@g.us', actor: person };
const group = {
  subject: 'Bandung customers',
  description: null,
  kind: 'GROUP',
  communityId: null,
  owner: person,
  announce: true,
  locked: true,
  joinApproval: false,
  memberAddMode: 'ADMINS',
  ephemeralSeconds: 0,
  createdAt: at,
  size: 42,
  role: 'MEMBER',
} as const;
const changed = { ...message, fromMe: false, sender: person, contactId: run.contactId, at } as const;

/** What the data of each event looks like. A test parses each one with its schema. */
export const eventExamples: { readonly [T in EventType]: EventData<T> } = {
  'profile.status': {
    status: 'CONNECTED',
    reason: null,
    sentence: null,
    health: 'OK',
    self: { phone: '6289876543210', lid: '201938475602938' },
  },
  'profile.qr': { qr: 'https://wa.me/settings/linked_devices#2@Xy9…', expiresAt: '2026-11-23T05:01:00.000Z' },
  'profile.health': {
    health: 'RESTRICTED',
    reason: 'reachout_timelock',
    sentence: 'WhatsApp does not let this number write to people who have not written to it (error 463).',
    restriction: { kind: 'reachout_timelock', until: '2026-11-24T05:00:00.000Z', enforcementType: 'DEFAULT' },
    newChatCap: null,
  },
  'profile.history': {
    state: 'RUNNING',
    mode: 'RECENT',
    phase: 'RECENT',
    progress: 60,
    messages: 1_840,
    chats: 37,
    contacts: 29,
    failedChunks: 0,
  },
  'contact.created': { ...person, contactId: run.contactId, name: 'Siti' },
  'contact.updated': { ...person, contactId: run.contactId, name: 'Siti', pushName: 'Siti A.' },
  'contact.merged': {
    ...person,
    contactId: run.contactId,
    name: 'Siti',
    mergedContactId: 'cmh3k2v1x000fqzrm6h2jk3lm',
    chat,
    mergedChat: `${person.lid}@lid`,
  },
  'message.received': {
    ...message,
    fromMe: false,
    type: 'TEXT',
    content: { type: 'TEXT', text: 'Is my order on its way?' },
    sender: { ...person, pushName: 'Siti' },
    contactId: run.contactId,
    firstOfContact: true,
    timestamp: at,
  },
  'message.media': {
    ...message,
    media: {
      id: 'cmh3k2v1x000iqzrm7p3sw9td',
      mimeType: 'image/jpeg',
      bytes: 48_213,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      state: 'READY',
      problem: null,
      width: 1_080,
      height: 1_350,
      url: 'https://wa.example.com/api/v1/media/cmh3k2v1x000iqzrm7p3sw9td/content?expires=1796083200&signature=5feceb66ffc8.n1Xo0Zc2wq8',
    },
  },
  'message.sent': sent,
  'message.delivered': sent,
  'message.read': sent,
  'message.played': sent,
  'message.failed': {
    ...sent,
    code: 'recipient_not_on_whatsapp',
    sentence: 'The recipient is not on WhatsApp.',
    detail: null,
  },
  'message.cancelled': sent,
  ...statusEventExamples,
  ...channelEventExamples,
  'group.joined': { ...groupRef, group },
  'group.updated': { ...groupRef, changed: ['announce'], group },
  'group.picture': { ...groupRef, subject: group.subject, pictureId: '1796083200', at },
  'group.participants': {
    ...groupRef,
    size: 42,
    added: [{ phone: '6289876543210', lid: '201938475602938' }],
    removed: [],
    promoted: [],
    demoted: [],
  },
  'group.left': { ...groupRef, subject: group.subject },
  'group.request': { chat: groupRef.chat, subject: group.subject, person, state: 'REQUESTED', at },
  'conversation.updated': {
    ...conversation,
    contactId: run.contactId,
    unreadCount: 0,
    markedUnread: false,
    archived: true,
    mutedUntil: null,
    pinnedAt: null,
    labels: ['order'],
    ephemeralSeconds: null,
    assigneeId: null,
    changed: ['archived'],
  },
  'conversation.timer': {
    conversationId: conversation.conversationId,
    chat,
    peer: person,
    seconds: 86_400,
    fromMe: false,
    sender: person,
    at,
  },
  'conversation.cleared': conversation,
  'conversation.deleted': conversation,
  'conversation.action.failed': { chat, action: 'archive', detail: 'WhatsApp did not answer in time.' },
  'presence.updated': { chat, who: person, state: 'typing', lastSeenAt: null, at },
  'call.received': call,
  'call.ended': { ...call, status: 'REJECTED', by: 'SETTING' },
  'message.edited': { ...changed, content: { type: 'TEXT', text: 'Is my order on its way? Number 4711.' } },
  'message.deleted': changed,
  'message.reaction': { ...changed, emoji: '👍' },
  'poll.vote': {
    ...changed,
    options: ['Morning'],
    tally: [
      { option: 'Morning', votes: 1 },
      { option: 'Evening', votes: 0 },
    ],
  },
  'broadcast.status': broadcast,
  'broadcast.progress': broadcast,
  'automation.run.started': run,
  'automation.run.ended': { ...run, status: 'COMPLETED', failureCode: null },
  'webhook.disabled': {
    endpointId,
    reason: 'failing',
    sentence: webhookDisabledReasons.failing,
    failingSince: '2026-11-20T05:00:00.000Z',
  },
  'webhook.test': { endpointId },
};

/** An event as it travels, around the example of its data. */
export function exampleEnvelope(type: EventType, version: number): EventEnvelope {
  return {
    id: 'cmh3k2v1x0006qzrm6d1ef9gh',
    type,
    version,
    timestamp: at,
    workspaceId: 'cmh3k2v1x0001qzrm2c4fg6hj',
    profileId: 'cmh3k2v1x0000qzrm5t9ab3de',
    sequence: 1042,
    data: eventExamples[type],
  };
}
