import type {
  accountSchema,
  apiKeySchema,
  broadcastRecipientSchema,
  broadcastSchema,
  callSchema,
  capabilitiesSchema,
  contactSchema,
  conversationSchema,
  createdApiKeySchema,
  EventEnvelope,
  Message,
  MessageDetail,
  Problem,
  pairingCodeSchema,
  presenceSubscriptionSchema,
  profileSchema,
  qrSchema,
  updateAccountSchema,
  updateProfileSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';
import { automationExamples } from './automation-examples.js';
import { channelExamples } from './channel-examples.js';
import { engineExamples } from './engine-examples.js';
import { eventExamples } from './event-examples.js';
import { groupExamples } from './group-examples.js';
import { mediaExamples } from './media-examples.js';
import { peopleExamples } from './people-examples.js';
import { statusExamples } from './status-examples.js';
import { webhookExamples } from './webhook-examples.js';

const id = {
  profile: 'cmh3k2v1x0000qzrm5t9ab3de',
  account: 'cmh3k2v1x0001qzrm7c2de4fg',
  message: 'cmh3k2v1x0002qzrm1h6jk8lm',
  contact: 'cmh3k2v1x0003qzrm9n3pq5rs',
  conversation: 'cmh3k2v1x0004qzrm4t7uv0wx',
  apiKey: 'cmh3k2v1x0005qzrm2y8za6bc',
  event: 'cmh3k2v1x0006qzrm6d1ef9gh',
  workspace: 'cmh3k2v1x0007qzrm8i5jk3lm',
  broadcast: 'cmh3k2v1x0008qzrm3n7op1qr',
  recipient: 'cmh3k2v1x0009qzrm5s2tu6vw',
};
const at = '2026-11-23T05:00:00.000Z';
const chat = '6281234567890@s.whatsapp.net';

const profile: z.output<typeof profileSchema> = {
  id: id.profile,
  accountId: id.account,
  name: 'Shop support',
  phone: '628111222333',
  lid: '123456789012345',
  network: 'LIVE',
  engine: 'BAILEYS',
  desiredState: 'CONNECTED',
  status: 'CONNECTED',
  statusReason: null,
  statusSentence: null,
  health: 'OK',
  healthReason: null,
  restriction: null,
  proxyUrl: null,
  webhookUrl: null,
  settings: {
    calls: { autoReject: true, message: 'We only answer messages here.' },
    keepMessageHistory: false,
    receiveStatuses: false,
    historySync: { mode: 'RECENT', days: 90, messagesPerChat: null },
  },
  connectedAt: at,
  createdAt: at,
  updatedAt: at,
};

const message: Message = {
  id: id.message,
  profileId: id.profile,
  chat,
  waMessageId: '3EB0C767D097B7C7C0305F0C2A5B1E9D4F6A83',
  fromMe: true,
  origin: 'API',
  type: 'TEXT',
  content: { type: 'TEXT', text: 'Hello from MultiWA' },
  status: 'QUEUED',
  failure: null,
  sender: null,
  contactId: null,
  sendAt: null,
  expiresAt: null,
  queuedAhead: 3,
  timestamp: at,
  createdAt: at,
  commandedAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  playedAt: null,
  endedAt: null,
  editedAt: null,
  deletedAt: null,
};

const poll: MessageDetail = {
  ...message,
  type: 'POLL',
  content: { type: 'POLL', question: 'When shall we come?', options: ['Morning', 'Evening'], multiple: false },
  status: 'READ',
  queuedAhead: undefined,
  sentAt: at,
  deliveredAt: at,
  readAt: at,
  reactions: [{ emoji: '👍', fromMe: false, sender: { phone: '6281234567890', lid: null }, at }],
  poll: {
    voters: 1,
    options: [
      {
        option: 'Morning',
        votes: 1,
        voters: [{ fromMe: false, sender: { phone: '6281234567890', lid: null }, at }],
      },
      { option: 'Evening', votes: 0, voters: [] },
    ],
  },
  earlier: [],
  history: [
    { status: 'QUEUED', at },
    { status: 'SENT', at: '2026-11-23T05:00:00.340Z' },
  ],
};

const account: z.output<typeof accountSchema> = {
  id: id.account,
  name: 'Toko Maju',
  metadata: { crmId: 'A-17' },
  createdAt: at,
  updatedAt: at,
};

const apiKey: z.output<typeof apiKeySchema> = {
  id: id.apiKey,
  name: 'shop backend',
  prefix: 'mwa_Zm9vYm',
  scopes: ['messages:write', 'messages:read'],
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: at,
  createdAt: at,
};

const createdApiKey: z.output<typeof createdApiKeySchema> = {
  ...apiKey,
  lastUsedAt: null,
  key: 'mwa_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE',
};

const contact: z.output<typeof contactSchema> = {
  id: id.contact,
  profileId: id.profile,
  phone: '6281234567890',
  lid: '987654321098765',
  name: 'Budi',
  pushName: 'Budi S.',
  email: null,
  tags: ['vip'],
  metadata: { city: 'Bandung' },
  createdAt: at,
  updatedAt: at,
};

const presenceSubscription: z.output<typeof presenceSubscriptionSchema> = {
  id: 'cmh3k2v1x000dqzrm4u6vw8xy',
  profileId: id.profile,
  chat,
  createdAt: at,
};

const call: z.output<typeof callSchema> = {
  id: 'cmh3k2v1x000fqzrm2q4rs6tu',
  profileId: id.profile,
  waCallId: '8F2C01D4A7B35E69',
  chat,
  caller: { phone: '6281234567890', lid: null },
  contactId: id.contact,
  video: false,
  group: false,
  status: 'REJECTED',
  startedAt: at,
  endedAt: at,
};

const conversation: z.output<typeof conversationSchema> = {
  id: id.conversation,
  profileId: id.profile,
  chat,
  contactId: id.contact,
  peer: { phone: '6281234567890', lid: '198765432109876' },
  title: null,
  unreadCount: 1,
  markedUnread: false,
  archived: false,
  mutedUntil: null,
  pinnedAt: null,
  labels: ['order'],
  ephemeralSeconds: null,
  assigneeId: null,
  lastMessageId: id.message,
  lastMessageAt: at,
  createdAt: at,
};

const broadcast: z.output<typeof broadcastSchema> = {
  id: id.broadcast,
  profileId: id.profile,
  name: 'Opening hours',
  status: 'RUNNING',
  content: { type: 'TEXT', text: 'Hello {{name|there}}, we are open on Sunday.' },
  audience: { kind: 'csv', size: 200 },
  pace: { messagesPerMinute: 20, jitterPercent: 30, dailyCap: 1000 },
  counts: {
    PENDING: 140,
    INVALID: 1,
    OPTED_OUT: 2,
    DUPLICATE: 3,
    ACCEPTED: 2,
    SENT: 10,
    DELIVERED: 30,
    READ: 11,
    FAILED: 1,
    CANCELLED: 0,
  },
  etaAt: '2026-11-23T05:07:00.000Z',
  frozen: null,
  failureCode: null,
  scheduledAt: null,
  startedAt: at,
  endedAt: null,
  createdAt: at,
};

const broadcastRecipient: z.output<typeof broadcastRecipientSchema> = {
  id: id.recipient,
  position: 2,
  input: '+62 812-3456-7890',
  chat,
  peer: { phone: '6281234567890', lid: '198765432109876' },
  status: 'DELIVERED',
  reason: null,
  messageId: id.message,
  acceptedAt: at,
};

const qr: z.output<typeof qrSchema> = {
  text: '2@Xk3…,5gH…,nQ0…,aB9…',
  expiresAt: '2026-11-23T05:00:20.000Z',
  svg: '<svg xmlns="http://www.w3.org/2000/svg">…</svg>',
  pngBase64: 'iVBORw0KGgo…',
};

const pairingCode: z.output<typeof pairingCodeSchema> = { code: 'K7WQ3M9D', expiresAt: '2026-11-23T05:03:00.000Z' };

const problem: Problem = {
  type: '/docs/errors#recipient_invalid',
  title: 'The recipient cannot be a WhatsApp address.',
  status: 422,
  code: 'recipient_invalid',
  detail: 'No country has a phone number like this.',
  requestId: 'b6f1c1f0-6a58-4f9e-8f0e-0d6a3a1f2b3c',
  errors: [{ pointer: '#/to', code: 'recipient_invalid', message: 'No country has a phone number like this.' }],
};

const event: EventEnvelope = {
  id: id.event,
  type: 'message.sent',
  version: 1,
  timestamp: at,
  workspaceId: id.workspace,
  profileId: id.profile,
  sequence: 42,
  data: { messageId: id.message, waMessageId: message.waMessageId, chat, at },
};

const capabilitiesExample: z.output<typeof capabilitiesSchema> = {
  engine: 'BAILEYS',
  capabilities: [
    { name: 'send.POLL', supported: true, description: 'Send a poll with one or several choices.', hint: null },
    {
      name: 'send.BUTTONS',
      supported: false,
      description: 'Send buttons.',
      hint: 'WhatsApp no longer shows buttons of linked devices. Send a numbered menu as text, or a poll.',
    },
  ],
};

const updateProfile: z.input<typeof updateProfileSchema> = { name: 'Shop support', webhookUrl: null };
const updateAccount: z.input<typeof updateAccountSchema> = { name: 'Toko Maju Jaya' };

/** An example for each shape whose contract holds none; a test parses each with its schema. */
export const componentExamples: Readonly<Record<string, unknown>> = {
  ...eventExamples,
  ...webhookExamples,
  ...automationExamples,
  ...engineExamples,
  ...peopleExamples,
  ...mediaExamples,
  ...groupExamples,
  ...statusExamples,
  ...channelExamples,
  Profile: profile,
  Message: message,
  Album: {
    albumId: message.waMessageId,
    album: { ...message, type: 'ALBUM', content: { type: 'ALBUM', images: 2, videos: 0 } },
    parts: [],
  },
  MessageDetail: poll,
  Reaction: poll.reactions[0],
  PollTally: poll.poll,
  Capabilities: capabilitiesExample,
  Account: account,
  ApiKey: apiKey,
  CreatedApiKey: createdApiKey,
  Contact: contact,
  Conversation: conversation,
  PresenceSubscription: presenceSubscription,
  Call: call,
  Broadcast: broadcast,
  BroadcastRecipient: broadcastRecipient,
  QrCode: qr,
  PairingCode: pairingCode,
  Problem: problem,
  Event: event,
  UpdateProfile: updateProfile,
  UpdateAccount: updateAccount,
};
