import { z } from 'zod';
import { eventTypes } from '../bus/events.js';
import { idSchema } from '../ids.js';
import { pageQuerySchema } from './paging.js';

const url = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), 'must not hold a user name or a password')
  .describe('Where events are POSTed to. Every address that its host resolves to must be public.');

const filter = z
  .array(z.enum(eventTypes))
  .max(eventTypes.length)
  .describe('Which events; an empty list means all of them.');

const secret = z.string().max(200).describe('whsec_ followed by 24 to 64 bytes in base64. Leave it out to get one.');

export const createWebhookSchema = z
  .strictObject({
    url,
    profileId: idSchema.nullable().optional().describe('Only the events of this profile.'),
    eventTypes: filter.default([]),
    enabled: z.boolean().default(true),
    secret: secret.optional(),
  })
  .meta({
    id: 'CreateWebhook',
    example: { url: 'https://shop.example.com/hooks/multiwa', eventTypes: ['message.received', 'message.failed'] },
  });

export const updateWebhookSchema = z
  .strictObject({ url: url.optional(), eventTypes: filter.optional(), enabled: z.boolean().optional() })
  .meta({ id: 'UpdateWebhook', example: { enabled: false } });

export const webhookSchema = z
  .object({
    id: idSchema,
    profileId: idSchema.nullable(),
    url: z.string(),
    eventTypes: z.array(z.string()),
    enabled: z.boolean(),
    disabledReason: z.string().nullable().describe('Why the gateway disabled it; null when a customer did.'),
    fromProfile: z.boolean().describe('Made from the webhookUrl of its profile, and changed there.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Webhook' });

export const webhookSecretSchema = z
  .object({ secret: z.string().describe('Verify deliveries with it, with any Standard Webhooks library.') })
  .meta({ id: 'WebhookSecret' });

export const createdWebhookSchema = webhookSchema.extend(webhookSecretSchema.shape).meta({ id: 'CreatedWebhook' });

export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;

export const webhookDeliverySchema = z
  .object({
    id: idSchema,
    webhookId: idSchema,
    eventId: idSchema.describe('Sent as the header webhook-id, the same in every attempt.'),
    eventType: z.string(),
    status: z.enum(deliveryStatuses),
    attemptCount: z.number().int(),
    nextAttemptAt: z.string().nullable(),
    createdAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

export const webhookAttemptSchema = z.object({
  number: z.number().int(),
  startedAt: z.string(),
  durationMs: z.number().int(),
  responseStatus: z.number().int().nullable(),
  responseBody: z.string().nullable().describe('The first KB of the answer.'),
  errorCode: z
    .string()
    .nullable()
    .describe('Why there was no acceptable answer: url_not_allowed, redirect_refused, timeout, connection_failed, …'),
});

export const webhookDeliveryDetailSchema = webhookDeliverySchema
  .extend({ body: z.string().describe('As it is sent, byte for byte.'), attempts: z.array(webhookAttemptSchema) })
  .meta({ id: 'WebhookDeliveryDetail' });

export const webhookTestSchema = z
  .object({ eventId: idSchema.describe('Look for the delivery of this event.') })
  .meta({ id: 'WebhookTest' });

export const listDeliveriesQuerySchema = pageQuerySchema.extend({
  status: z.enum(deliveryStatuses).optional(),
  eventId: idSchema.optional(),
});
