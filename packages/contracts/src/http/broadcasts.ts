import { z } from 'zod';
import { chatSchema, identitySchema } from '../addresses.js';
import { textContentSchema } from '../content.js';
import { idSchema } from '../ids.js';

export const broadcastStatuses = [
  'DRAFT',
  'SCHEDULED',
  'RUNNING',
  'PAUSED',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
] as const;
export const broadcastStatusSchema = z.enum(broadcastStatuses);
export type BroadcastStatus = z.infer<typeof broadcastStatusSchema>;

export const recipientStatuses = [
  'PENDING',
  'INVALID',
  'OPTED_OUT',
  'DUPLICATE',
  'ACCEPTED',
  'SENT',
  'DELIVERED',
  'READ',
  'FAILED',
  'CANCELLED',
] as const;
export const recipientStatusSchema = z.enum(recipientStatuses);
export type RecipientStatus = z.infer<typeof recipientStatusSchema>;

const variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), z.string().max(1000));

export const recipientInputSchema = z.strictObject({
  to: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  variables: variables.optional(),
});
export type RecipientInput = z.infer<typeof recipientInputSchema>;

/** Who gets it. A CSV is uploaded to `PUT /broadcasts/{id}/recipients` and becomes the explicit list. */
export const audienceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recipients'), recipients: z.array(recipientInputSchema).max(10_000) }),
  z.strictObject({ kind: z.literal('tags'), tags: z.array(z.string().min(1).max(64)).min(1).max(20) }),
  z.strictObject({ kind: z.literal('csv') }),
]);
export type Audience = z.infer<typeof audienceSchema>;

/** What is kept of an audience beside its recipients, which are rows of their own. */
export const audienceSourceSchema = z.object({
  kind: z.enum(['recipients', 'tags', 'csv']),
  tags: z.array(z.string()).optional(),
});
export type AudienceSource = z.infer<typeof audienceSourceSchema>;

/** How fast: kept per profile over all its broadcasts. */
export const paceSchema = z.strictObject({
  messagesPerMinute: z.number().min(0.1).max(1200).default(20),
  jitterPercent: z
    .number()
    .min(0)
    .max(100)
    .default(30)
    .describe('How far the gap between two messages may lie from the average, either way.'),
  dailyCap: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Broadcast messages of the profile in a day, which begins at midnight UTC.'),
});
export type Pace = z.infer<typeof paceSchema>;

/** Text with variables: `{{name}}`, `{{phone}}`, `{{metadata.city|your city}}`, or a recipient's own variable. */
export const broadcastContentSchema = z.discriminatedUnion('type', [z.strictObject(textContentSchema.shape)]);

export const createBroadcastSchema = z
  .strictObject({
    profileId: idSchema,
    name: z.string().trim().min(1).max(100),
    content: broadcastContentSchema,
    audience: audienceSchema,
    pace: paceSchema.prefault({}),
  })
  .meta({
    id: 'CreateBroadcast',
    example: {
      profileId: 'cmh3k2v1x0000qzrm5t9ab3de',
      name: 'Opening hours',
      content: { type: 'TEXT', text: 'Hello {{name|there}}, we are open on Sunday.' },
      audience: { kind: 'recipients', recipients: [{ to: '+62 812-3456-7890', name: 'Budi' }] },
      pace: { messagesPerMinute: 20, jitterPercent: 30, dailyCap: 1000 },
    },
  });

export const updateBroadcastSchema = createBroadcastSchema
  .omit({ profileId: true })
  .extend({ pace: paceSchema })
  .partial()
  .meta({ id: 'UpdateBroadcast', example: { name: 'Opening hours in May' } });

export const startBroadcastSchema = z
  .strictObject({
    at: z.iso.datetime({ offset: true }).optional().describe('Leave out to start now.'),
  })
  .meta({ id: 'StartBroadcast', example: { at: '2027-01-04T08:00:00Z' } });

/** Why a running broadcast leaves some of its recipients for later. */
export const broadcastFrozenSchema = z.object({
  reason: z.enum(['reachout_timelock', 'new_chat_cap']),
  until: z.iso.datetime().nullable().describe('When it lifts, by WhatsApp’s word; null when WhatsApp has not said.'),
});
export type BroadcastFrozen = z.infer<typeof broadcastFrozenSchema>;

export const broadcastSchema = z
  .object({
    id: idSchema,
    profileId: idSchema,
    name: z.string(),
    status: broadcastStatusSchema,
    content: broadcastContentSchema,
    audience: audienceSourceSchema.extend({
      size: z
        .number()
        .int()
        .nullable()
        .describe('Recipients; null while they are not known, as with tags before the start.'),
    }),
    pace: paceSchema,
    counts: z.record(recipientStatusSchema, z.number().int()),
    etaAt: z
      .string()
      .nullable()
      .describe('When the last recipient is due at the present pace; null while nobody can know.'),
    frozen: broadcastFrozenSchema
      .nullable()
      .describe(
        'While WhatsApp restricts the number: recipients who never wrote to it stay PENDING until this lifts, the others are sent to.',
      ),
    failureCode: z.string().nullable(),
    scheduledAt: z.string().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'Broadcast' });

export const broadcastRecipientSchema = z
  .object({
    id: idSchema,
    position: z.number().int(),
    input: z.string(),
    chat: chatSchema.nullable(),
    peer: identitySchema
      .nullable()
      .describe('The person, by phone and LID as far as both are known; null while no address was made of the input.'),
    status: recipientStatusSchema,
    reason: z.string().nullable(),
    messageId: idSchema.nullable(),
    acceptedAt: z.string().nullable(),
  })
  .meta({ id: 'BroadcastRecipient' });
