import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { ephemeralSecondsSchema, mutedForever } from '../chat-actions.js';
import { idSchema } from '../ids.js';
import { pageQuerySchema } from './paging.js';

const label = z.string().trim().min(1).max(64);

export const conversationSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    chat: chatSchema,
    contactId: idSchema.nullable(),
    peer: identitySchema
      .nullable()
      .describe('The person of a one-to-one conversation, by phone and LID as far as both are known; null in a group.'),
    title: z.string().nullable().describe('Of a group: what it is called.'),
    unreadCount: z.number().int(),
    markedUnread: z.boolean().describe('Somebody set it as a reminder, whatever has been read.'),
    archived: z.boolean(),
    mutedUntil: z.string().nullable().describe(`Null when it is not muted; ${mutedForever} for always.`),
    pinnedAt: z.string().nullable(),
    labels: z.array(z.string()),
    ephemeralSeconds: z.number().int().nullable().describe('How long its messages live; null while that is not known.'),
    assigneeId: idSchema.nullable().describe('The user who cares for it.'),
    lastMessageId: idSchema.nullable(),
    lastMessageAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof conversationSchema>;

const flag = z.enum(['true', 'false']);

export const listConversationsQuerySchema = pageQuerySchema.extend({
  unread: flag.optional().describe('With messages not read yet, or marked as unread.'),
  archived: flag.optional(),
  muted: flag.optional(),
  pinned: flag.optional(),
  label: label.optional(),
  assigneeId: z
    .union([idSchema, z.literal('none')])
    .optional()
    .describe('A user, or `none` for those of nobody.'),
  contactId: idSchema.optional(),
});

export const updateConversationSchema = z
  .strictObject({
    archived: z.boolean().optional(),
    mutedUntil: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .describe(`A future time, ${mutedForever} for always, or null to hear it again.`),
    pinned: z.boolean().optional(),
    labels: z.array(label).max(20).optional().describe('Of this gateway only: WhatsApp is not told.'),
    ephemeralSeconds: ephemeralSecondsSchema.optional().describe('How long new messages live; 0 turns that off.'),
    assigneeId: idSchema.nullable().optional().describe('A user of this workspace, or null for nobody.'),
  })
  .meta({ id: 'UpdateConversation', example: { archived: true, labels: ['order'], mutedUntil: mutedForever } });

export const readConversationSchema = z
  .strictObject({
    upToMessageId: idSchema
      .optional()
      .describe('The newest message that was seen: what came after it stays unread. Left out, all is read.'),
  })
  .meta({ id: 'ReadConversation', example: { upToMessageId: 'cmh3k2v1x0002qzrm1h6jk8lm' } });
