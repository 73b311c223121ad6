import {
  type webhookAttemptSchema,
  type webhookDeliveryDetailSchema,
  type webhookDeliverySchema,
  webhookDisabledReasons,
  type webhookSchema,
} from '@multiwa/contracts';
import type { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from '@multiwa/db';
import type { z } from 'zod';

export function viewWebhook(endpoint: WebhookEndpoint, now: Date): z.input<typeof webhookSchema> {
  const { disabledReason, previousSecretUntil } = endpoint;
  const sentences: Readonly<Record<string, string>> = webhookDisabledReasons;
  return {
    id: endpoint.id,
    profileId: endpoint.profileId,
    url: endpoint.url,
    eventTypes: endpoint.eventTypes,
    enabled: endpoint.enabled,
    disabledReason,
    disabledSentence: disabledReason === null ? null : (sentences[disabledReason] ?? null),
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    headerNames: endpoint.headerNames,
    maxConcurrency: endpoint.maxConcurrency,
    ordered: endpoint.ordered,
    previousSecretUntil:
      previousSecretUntil !== null && previousSecretUntil > now ? previousSecretUntil.toISOString() : null,
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
    chat: delivery.chat,
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
