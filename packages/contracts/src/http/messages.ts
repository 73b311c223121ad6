import { z } from 'zod';
import { chatSchema } from '../addresses.js';
import { timing } from '../bus/timing.js';
import { contentSchema, messageTypeSchema, textContentSchema } from '../content.js';
import { idSchema } from '../ids.js';
import { failureCodeSchema, messageStatusSchema } from '../message-status.js';
import { pageQuerySchema } from './paging.js';

const addressing = {
  to: z.string().min(1).max(200).describe('A phone number in international form, a JID or a LID.'),
  sendAt: z.iso.datetime({ offset: true }).optional().describe('Accept now, send at this time.'),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Not to be sent after this time: the message then ends FAILED with `expired`.'),
  ignoreOptOut: z
    .boolean()
    .optional()
    .describe('Send although the recipient has opted out: for what they asked for themselves, such as a receipt.'),
  simulateTyping: z
    .union([z.boolean(), z.number().int().min(1).max(timing.send.typing.maxMs)])
    .optional()
    .describe(
      'Show the chat that we type before the message leaves: this long in milliseconds, or true for as long as its text takes.',
    ),
};

/** `POST /profiles/{id}/messages`: one discriminated union on `type`. */
export const sendMessageSchema = z
  .discriminatedUnion('type', [z.strictObject({ ...textContentSchema.shape, ...addressing })])
  .meta({ id: 'SendMessage', example: { type: 'TEXT', to: '+62 812-3456-7890', text: 'Hello from MultiWA' } });
export type SendMessage = z.infer<typeof sendMessageSchema>;

/** What one member of a group has done with a message; null while unheard of. */
export const messageReceiptSchema = z.object({
  phone: z.string().nullable(),
  lid: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  readAt: z.string().nullable(),
  playedAt: z.string().nullable(),
});
export type MessageReceiptView = z.infer<typeof messageReceiptSchema>;

export const messageSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    chat: chatSchema,
    waMessageId: z.string(),
    fromMe: z.boolean(),
    type: messageTypeSchema,
    content: contentSchema,
    status: messageStatusSchema,
    failure: z.object({ code: failureCodeSchema, sentence: z.string(), detail: z.string().nullable() }).nullable(),
    sender: z.object({ phone: z.string().nullable(), lid: z.string().nullable() }).nullable(),
    contactId: idSchema.nullable(),
    sendAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    queuedAhead: z
      .number()
      .int()
      .optional()
      .describe('In the answer to a send: about how many messages of this profile wait before it.'),
    timestamp: z.string(),
    createdAt: z.string(),
    commandedAt: z.string().nullable(),
    sentAt: z.string().nullable(),
    deliveredAt: z.string().nullable(),
    readAt: z.string().nullable(),
    playedAt: z.string().nullable(),
    endedAt: z.string().nullable().describe('When it ended FAILED or CANCELLED.'),
    receipts: z
      .array(messageReceiptSchema)
      .optional()
      .describe('Of one message to a group, when it is got by its id: who has it.'),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof messageSchema>;

/** One message with all that is known of it. */
export const messageDetailSchema = messageSchema
  .extend({
    history: z
      .array(z.object({ status: messageStatusSchema, at: z.string() }))
      .describe('Every status it has had, in order of time.'),
  })
  .meta({ id: 'MessageDetail' });
export type MessageDetail = z.infer<typeof messageDetailSchema>;

export const sendQuerySchema = z.strictObject({
  waitFor: z
    .enum(['sent'])
    .optional()
    .describe('Answer only when WhatsApp has the message, or when it ended, or at the deadline.'),
  waitTimeoutMs: z.coerce
    .number()
    .int()
    .min(1)
    .max(timing.sendWait.maxMs)
    .default(timing.sendWait.usualMs)
    .describe('The deadline of waitFor.'),
});

export const searchMessagesQuerySchema = pageQuerySchema.extend({
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe('Words that must all be there, in any form of capitals; "a phrase", or, -without.'),
});

export const listMessagesQuerySchema = pageQuerySchema.extend({
  to: z.string().max(200).optional().describe('Only the chat with this address.'),
  fromMe: z.enum(['true', 'false']).optional(),
  status: messageStatusSchema.optional(),
});
