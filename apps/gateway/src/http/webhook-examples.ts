import type {
  createdWebhookSchema,
  rotatedSecretSchema,
  webhookDeliveryDetailSchema,
  webhookDeliverySchema,
  webhookReplaySchema,
  webhookSchema,
  webhookSecretSchema,
  webhookTestSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const id = {
  webhook: 'cmh3k2v1x000aqzrm5w1eb2hk',
  delivery: 'cmh3k2v1x000bqzrm3d4el5vr',
  event: 'cmh3k2v1x0006qzrm6d1ef9gh',
};
const at = '2026-11-23T05:00:00.000Z';

const webhook: z.output<typeof webhookSchema> = {
  id: id.webhook,
  profileId: null,
  url: 'https://shop.example.com/hooks/multiwa',
  eventTypes: ['message.*', 'profile.status'],
  enabled: true,
  disabledReason: null,
  disabledSentence: null,
  failingSince: null,
  headerNames: ['authorization'],
  maxConcurrency: 8,
  ordered: true,
  previousSecretUntil: null,
  fromProfile: false,
  createdAt: at,
  updatedAt: at,
};

const secret: z.output<typeof webhookSecretSchema> = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };

const created: z.output<typeof createdWebhookSchema> = { ...webhook, ...secret };

const delivery: z.output<typeof webhookDeliverySchema> = {
  id: id.delivery,
  webhookId: id.webhook,
  eventId: id.event,
  eventType: 'message.received',
  chat: '6281234567890@s.whatsapp.net',
  status: 'PENDING',
  attemptCount: 1,
  nextAttemptAt: '2026-11-23T05:00:05.000Z',
  createdAt: at,
  endedAt: null,
};

const detail: z.output<typeof webhookDeliveryDetailSchema> = {
  ...delivery,
  body: `{"id":"${id.event}","type":"message.received","version":1,"timestamp":"${at}","data":{}}`,
  attempts: [
    {
      number: 1,
      startedAt: at,
      durationMs: 84,
      responseStatus: 503,
      responseBody: 'Service Unavailable',
      errorCode: null,
    },
  ],
};

const rotated: z.output<typeof rotatedSecretSchema> = { ...secret, previousSecretUntil: '2026-11-24T05:00:00.000Z' };

const replay: z.output<typeof webhookReplaySchema> = { events: 1_204, oldestKept: '2026-10-24T05:00:00.000Z' };

const test: z.output<typeof webhookTestSchema> = { eventId: id.event };

/** Examples of what the calls about webhooks answer. */
export const webhookExamples: Readonly<Record<string, unknown>> = {
  Webhook: webhook,
  WebhookSecret: secret,
  CreatedWebhook: created,
  WebhookDelivery: delivery,
  WebhookDeliveryDetail: detail,
  RotatedWebhookSecret: rotated,
  WebhookReplay: replay,
  WebhookTest: test,
};
