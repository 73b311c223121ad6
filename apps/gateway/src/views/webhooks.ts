import type {
  webhookAttemptSchema,
  webhookDeliveryDetailSchema,
  webhookDeliverySchema,
  webhookSchema,
} from '@multiwa/contracts';
import type { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from '@multiwa/db';
import type { z } from 'zod';

export function viewWebhook(endpoint: WebhookEndpoint): z.input<typeof webhookSchema> {
  return {
    id: endpoint.id,
    profileId: endpoint.profileId,
    url: endpoint.url,
    eventTypes: endpoint.eventTypes,
    enabled: endpoint.enabled,
    disabledReason: endpoint.disabledReason,
    fromProfile: endpoint.fromProfile,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}

export function viewDelivery(delivery: WebhookDelivery): z.input<typeof webhookDeliverySchema> {
  return {
    id: delivery.id,
    webhookId: delivery.endpointId,
    eventId: delivery.eventId,
    eventType: delivery.eventType,
    status: delivery.status,
    attemptCount: delivery.attemptCount,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    createdAt: delivery.createdAt.toISOString(),
    endedAt: delivery.endedAt?.toISOString() ?? null,
  };
}

export function viewDeliveryDetail(
  delivery: WebhookDelivery & { attempts: WebhookAttempt[] },
): z.input<typeof webhookDeliveryDetailSchema> {
  return { ...viewDelivery(delivery), body: delivery.body, attempts: delivery.attempts.map(viewAttempt) };
}

function viewAttempt(attempt: WebhookAttempt): z.input<typeof webhookAttemptSchema> {
  return {
    number: attempt.number,
    startedAt: attempt.startedAt.toISOString(),
    durationMs: attempt.durationMs,
    responseStatus: attempt.responseStatus,
    responseBody: attempt.responseBody,
    errorCode: attempt.errorCode,
  };
}
