import { z } from 'zod';
import { destinationSchema } from '../addresses.js';
import { timing } from '../bus/timing.js';
import { eventFilterSchema } from '../event-filter.js';
import { idSchema } from '../ids.js';
import { pageQuerySchema } from './paging.js';

const url = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), 'must not hold a user name or a password')
  .describe('Where events are POSTed to. Every address that its host resolves to must be public.');

const filter = z
  .array(eventFilterSchema)
  .max(50)
  .describe('Which events: types, or beginnings of types such as message.*; an empty list means all of them.');

/** Names that a customer's header may not take: they are ours, or part of how HTTP carries a request. */
const reservedHeaders =
  /^(webhook-.*|content-.*|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|traceparent|tracestate|user-agent)$/i;

const headers = z
  .record(
    z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be a name of an HTTP header')
      .refine((name) => !reservedHeaders.test(name), 'is set by the gateway or by HTTP itself'),
    z
      .string()
      .max(2_000)
      .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII without spaces around it'),
  )
  .refine((record) => Object.keys(record).length <= 20, 'must be 20 at most')
  .describe(
    'Sent with every delivery. Values are kept encrypted and never shown again; a change replaces all of them.',
  );

const maxConcurrency = z
  .number()
  .int()
  .min(1)
  .max(timing.webhooks.maxAtOncePerEndpoint)
  .describe('How many deliveries may be under way to it at the same time.');

const ordered = z
  .boolean()
  .describe(
    'Deliveries about one chat arrive in the order of its events: each waits until the one before it was taken or given up.',
  );

/** Why the gateway disabled an endpoint. */
export const webhookDisabledReasons = {
  gone: 'The endpoint answered 410 Gone. Enable it again with PATCH /webhooks/{id} when it wants deliveries.',
  failing:
    'Every delivery to the endpoint has failed for three days. Mend it, enable it with PATCH /webhooks/{id}, and get what it missed with POST /webhooks/{id}/replay.',
} as const;
export type WebhookDisabledReason = keyof typeof webhookDisabledReasons;

const secret = z.string().max(200).describe('whsec_ followed by 24 to 64 bytes in base64. Leave it out to get one.');

export const createWebhookSchema = z
  .strictObject({
    url,
    profileId: idSchema.nullable().optional().describe('Only the events of this profile.'),
    eventTypes: filter.default([]),
    enabled: z.boolean().default(true),
    secret: secret.optional(),
    headers: headers.default({}),
    maxConcurrency: maxConcurrency.default(timing.webhooks.atOncePerEndpoint),
    ordered: ordered.default(false),
  })
  .meta({
    id: 'CreateWebhook',
    example: { url: 'https://shop.example.com/hooks/multiwa', eventTypes: ['message.*', 'profile.status'] },
  });

export const updateWebhookSchema = z
  .strictObject({
    url: url.optional(),
    eventTypes: filter.optional(),
    enabled: z.boolean().optional(),
    headers: headers.optional(),
    maxConcurrency: maxConcurrency.optional(),
    ordered: ordered.optional(),
  })
  .meta({ id: 'UpdateWebhook', example: { enabled: false } });

export const webhookSchema = z
  .object({
    id: idSchema,
    profileId: idSchema.nullable(),
    url: z.string(),
    eventTypes: z.array(z.string()),
    enabled: z.boolean(),
    disabledReason: z
      .string()
      .nullable()
      .describe('Why the gateway disabled it, gone or failing; null when a customer did.'),
    disabledSentence: z.string().nullable().describe('The reason in words, and how the endpoint returns.'),
    failingSince: z.string().nullable().describe('The first failure since the last success; null while it works.'),
    headerNames: z.array(z.string()).describe('Its own headers, without their values.'),
    maxConcurrency: z.number().int(),
    ordered: z.boolean(),
    previousSecretUntil: z
      .string()
      .nullable()
      .describe('Until then deliveries are signed with the secret before the newest one too.'),
    fromProfile: z.boolean().describe('Made from the webhookUrl of its profile, and changed there.'),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Webhook' });

export const webhookSecretSchema = z
  .object({ secret: z.string().describe('Verify deliveries with it, with any Standard Webhooks library.') })
  .meta({ id: 'WebhookSecret' });

export const rotateSecretSchema = z
  .strictObject({
    secret: secret.optional(),
    keepPreviousForSeconds: z
      .number()
      .int()
      .min(0)
      .max(timing.webhooks.maxKeepPreviousSecretMs / 1000)
      .default(timing.webhooks.keepPreviousSecretMs / 1000)
      .describe('For how long deliveries carry signatures of both secrets. 0 ends the old one at once.'),
  })
  .meta({ id: 'RotateWebhookSecret', example: { keepPreviousForSeconds: 86_400 } });

export const rotatedSecretSchema = webhookSecretSchema
  .extend({ previousSecretUntil: z.string().nullable() })
  .meta({ id: 'RotatedWebhookSecret' });

export const replayWebhookSchema = z
  .strictObject({ since: z.iso.datetime().describe('Events from then on that the endpoint wants are sent again.') })
  .meta({ id: 'ReplayWebhook', example: { since: '2026-11-20T05:00:00.000Z' } });

export const webhookReplaySchema = z
  .object({
    events: z.number().int().describe('Events in that time that are kept, before the endpoint’s filter.'),
    oldestKept: z.string().nullable().describe('The time of the oldest event that is kept; null without any.'),
  })
  .meta({ id: 'WebhookReplay' });

export const createdWebhookSchema = webhookSchema.extend(webhookSecretSchema.shape).meta({ id: 'CreatedWebhook' });

export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;

export const webhookDeliverySchema = z
  .object({
    id: idSchema,
    webhookId: idSchema,
    eventId: idSchema.describe('Sent as the header webhook-id, the same in every attempt.'),
    eventType: z.string(),
    chat: z.string().nullable().describe('The chat that the event is about, where it is about one.'),
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
  eventType: eventFilterSchema.optional().describe('A type, or a beginning of types such as message.*'),
  chat: destinationSchema.optional(),
  createdAfter: z.iso.datetime().optional(),
  createdBefore: z.iso.datetime().optional(),
});
