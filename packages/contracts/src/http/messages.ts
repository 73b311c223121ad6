import { z } from 'zod';
import { destinationSchema } from '../addresses.js';
import { timing } from '../bus/timing.js';
import { contentSchema, messageTypeSchema, refusedTypes, sendInputs } from '../content.js';
import { idSchema } from '../ids.js';
import { failureCodeSchema, messageOriginSchema, messageStatusSchema } from '../message-status.js';
import { sendExamples } from './message-examples.js';
import { pageQuerySchema } from './paging.js';

const times = {
  sendAt: z.iso.datetime({ offset: true }).optional().describe('Accept now, send at this time.'),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Not to be sent after this time: the message then ends FAILED with `expired`.'),
  ignoreOptOut: z
    .boolean()
    .optional()
    .describe(
      'Send although the recipient has opted out, or does so until sendAt: for what they asked for themselves, such as a receipt.',
    ),
};
/** To whom a send goes, and when. */
export const sendAddressing = {
  to: z.string().min(1).max(200).describe('A phone number in international form, a JID or a LID.'),
  ...times,
  simulateTyping: z
    .union([z.boolean(), z.number().int().min(1).max(timing.send.typing.maxMs)])
    .optional()
    .describe(
      'Show the chat that we type before the message leaves: this long in milliseconds, or true for as long as its text takes.',
    ),
};

/** Taken so that the answer can say what to use instead. */
const refusedSendSchema = z
  .looseObject({ type: z.enum(refusedTypes) })
  .describe(
    'Always refused with `not_supported_by_engine`: WhatsApp no longer shows them. Use a numbered menu or a poll.',
  );

/** `POST /profiles/{id}/messages`: one discriminated union on `type`, with an example of each kind. */
export const sendMessageSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ ...sendInputs.TEXT, ...sendAddressing }).meta({ example: sendExamples.TEXT }),
    z.strictObject({ ...sendInputs.LOCATION, ...sendAddressing }).meta({ example: sendExamples.LOCATION }),
    z.strictObject({ ...sendInputs.CONTACT, ...sendAddressing }).meta({ example: sendExamples.CONTACT }),
    z.strictObject({ ...sendInputs.POLL, ...sendAddressing }).meta({ example: sendExamples.POLL }),
    z.strictObject({ ...sendInputs.IMAGE, ...sendAddressing }).meta({ example: sendExamples.IMAGE }),
    z.strictObject({ ...sendInputs.VIDEO, ...sendAddressing }).meta({ example: sendExamples.VIDEO }),
    z.strictObject({ ...sendInputs.AUDIO, ...sendAddressing }).meta({ example: sendExamples.AUDIO }),
    z.strictObject({ ...sendInputs.DOCUMENT, ...sendAddressing }).meta({ example: sendExamples.DOCUMENT }),
    z.strictObject({ ...sendInputs.STICKER, ...sendAddressing }).meta({ example: sendExamples.STICKER }),
    z.strictObject({ ...sendInputs.REACTION, ...times }).meta({ example: sendExamples.REACTION }),
    z.strictObject({ ...sendInputs.EDIT, ...times }).meta({ example: sendExamples.EDIT }),
    z.strictObject({ ...sendInputs.DELETE, ...times }).meta({ example: sendExamples.DELETE }),
    z.strictObject({ ...sendInputs.VOTE, ...times }).meta({ example: sendExamples.VOTE }),
    refusedSendSchema,
  ])
  .meta({
    id: 'SendMessage',
    example: { type: 'TEXT', to: '+62 812-3456-7890', text: 'Hello from MultiWA' },
  });
/** As a caller writes it. */
export type SendMessage = z.input<typeof sendMessageSchema>;
/** As it is once parsed. */
export type ParsedSend = z.output<typeof sendMessageSchema>;

export const forwardMessageSchema = z
  .strictObject(sendAddressing)
  .meta({ id: 'ForwardMessage', example: { to: '+62 812-3456-7890' } });

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
    chat: destinationSchema,
    waMessageId: z.string(),
    fromMe: z.boolean(),
    origin: messageOriginSchema.describe(
      'Who asked for it; PHONE for what arrived or was written on the phone, HISTORY for what the phone handed over when it was linked.',
    ),
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
    editedAt: z.string().nullable(),
    deletedAt: z.string().nullable().describe('When it was deleted for everyone.'),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof messageSchema>;

const person = z.object({ phone: z.string().nullable(), lid: z.string().nullable() });

export const reactionSchema = z
  .object({
    emoji: z.string(),
    fromMe: z.boolean(),
    sender: person.nullable().describe('null for the profile itself.'),
    at: z.string(),
  })
  .meta({ id: 'Reaction' });

export const pollTallySchema = z
  .object({
    voters: z.number().int().describe('People who have chosen something.'),
    options: z.array(
      z.object({
        option: z.string(),
        votes: z.number().int(),
        voters: z.array(z.object({ fromMe: z.boolean(), sender: person.nullable(), at: z.string() })),
      }),
    ),
  })
  .meta({ id: 'PollTally' });

/** One message with all that came after it. */
export const messageDetailSchema = messageSchema
  .extend({
    reactions: z.array(reactionSchema),
    poll: pollTallySchema.nullable().describe('For a poll, what was chosen so far.'),
    earlier: z
      .array(z.object({ content: contentSchema, until: z.string() }))
      .describe(
        'What it said before it was edited or deleted, oldest first; kept where the profile’s settings ask for it.',
      ),
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
  type: messageTypeSchema
    .optional()
    .describe('Only this kind. Reactions, edits, deletions and votes that were sent are listed only when asked for.'),
});
