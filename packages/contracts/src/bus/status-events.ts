import { z } from 'zod';
import { identitySchema, statusChat } from '../addresses.js';
import { contentSchema, messageTypeSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { mediaSchema } from '../media.js';
import { failureCodeSchema, messageOriginSchema } from '../message-status.js';
import { growing } from './growing.js';

const time = z.iso.datetime();

const statusRef = z.object({ messageId: idSchema, waMessageId: z.string(), chat: z.literal(statusChat) });

const moved = statusRef.extend({
  at: time,
  origin: growing(messageOriginSchema).optional().describe('Who asked for the status.'),
});

/** What is told of statuses, in events of their own: a status is in no chat, and none of `message.*` is about one. */
export const statusEvents = {
  'status.sent': { version: 1, data: moved, description: 'WhatsApp has accepted a status.' },
  'status.failed': {
    version: 1,
    data: moved.extend({ code: growing(failureCodeSchema), sentence: z.string(), detail: z.string().nullable() }),
    description: 'A status will not be posted.',
  },
  'status.cancelled': { version: 1, data: moved, description: 'A status was cancelled before it was posted.' },
  'status.viewed': {
    version: 1,
    data: statusRef.extend({ viewer: identitySchema, at: time }),
    description: 'Somebody has seen a status of the profile; told once for each of them.',
  },
  'status.received': {
    version: 1,
    data: statusRef.extend({
      fromMe: z.boolean().describe('Another device of the number posted it.'),
      type: growing(messageTypeSchema),
      content: growing(contentSchema),
      sender: identitySchema.extend({ pushName: z.string().nullable() }),
      contactId: idSchema.nullable(),
      timestamp: time,
      expiresAt: time.describe('Until when clients show it.'),
    }),
    description: 'Somebody posted a status. Only for profiles whose settings ask for statuses.',
  },
  'status.media': {
    version: 1,
    data: statusRef.extend({ media: mediaSchema }),
    description:
      'The file of a received status is there (READY), or cannot be had (FAILED, EXPIRED), or is fetched again.',
  },
  'status.deleted': {
    version: 1,
    data: statusRef.extend({
      fromMe: z.boolean().describe('Whether the profile itself took it back, here or on another device.'),
      sender: identitySchema,
      contactId: idSchema.nullable(),
      at: time,
    }),
    description: 'A status was taken back by whoever posted it.',
  },
  'status.seen.failed': {
    version: 1,
    data: statusRef.pick({ messageId: true, chat: true }).extend({ detail: z.string().nullable() }),
    description:
      'WhatsApp could not be told, after several attempts, that the profile has seen a status of somebody else.',
  },
  'status.reaction': {
    version: 1,
    data: statusRef.extend({
      fromMe: z.boolean().describe('Whether the profile itself reacted, here or on another device.'),
      sender: identitySchema.describe('Who reacted.'),
      contactId: idSchema.nullable(),
      emoji: z.string().nullable(),
      at: time,
    }),
    description: 'Somebody reacted to a status; emoji is null when the reaction was taken back.',
  },
} as const;
