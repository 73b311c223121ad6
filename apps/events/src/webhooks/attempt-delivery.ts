import { timing } from '@multiwa/contracts';
import type { ClaimedDelivery } from '@multiwa/db';
import {
  judgeWebhookAnswer,
  openWebhookSecrets,
  signingSecrets,
  signWebhook,
  type WebhookVerdict,
  webhookRetryDelayMs,
} from '@multiwa/domain';
import {
  type Cipher,
  type GuardedFetch,
  GuardedFetchError,
  inSpan,
  type Logger,
  type Metrics,
  type Span,
  startSpan,
  UnreadableError,
} from '@multiwa/runtime';
import type { RecordAttempt } from './record-attempts.js';

const keptAnswerBytes = 1_024;

export interface AttemptDeps {
  cipher: Cipher;
  fetch: GuardedFetch;
  allowPrivate: boolean;
  record: RecordAttempt;
  logger: Logger;
  metrics: Metrics;
}

interface Answer {
  responseStatus: number | null;
  responseBody: string | null;
  errorCode: string | null;
}

/** Attempts a claimed delivery once and records what came of it. Never throws for what the endpoint does. */
export type AttemptDelivery = (delivery: ClaimedDelivery) => Promise<WebhookVerdict>;

export function makeAttemptDelivery(deps: AttemptDeps): AttemptDelivery {
  const { record, logger, metrics } = deps;
  const attempts = metrics.counter('webhook_attempts_total', 'Attempts to deliver a webhook, by verdict', ['verdict']);
  const duration = metrics.histogram(
    'webhook_attempt_ms',
    'Time an endpoint took to answer, in milliseconds',
    [5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 15_000],
  );

  const attempt = async (delivery: ClaimedDelivery, span: Span | undefined): Promise<WebhookVerdict> => {
    const startedAt = new Date();
    const begun = performance.now();
    const answer = await send(deps, delivery, startedAt, span?.traceparent);
    const durationMs = Math.round(performance.now() - begun);
    const verdict = judgeWebhookAnswer(answer.responseStatus);
    const retryInMs = verdict === 'failed' ? webhookRetryDelayMs(delivery.attemptCount + 1) : null;
    const status = verdict === 'delivered' ? 'DELIVERED' : retryInMs === null ? 'FAILED' : 'PENDING';
    const disabled = await record({ delivery, verdict, status, retryInMs, startedAt, durationMs, ...answer });
    attempts.inc({ verdict });
    duration.observe(durationMs);
    const { responseStatus, errorCode } = answer;
    const { id: deliveryId, endpointId, eventId, eventType, attemptCount } = delivery;
    span?.set({ 'http.response.status_code': responseStatus, 'multiwa.verdict': verdict });
    const ids = { deliveryId, endpointId, eventId, eventType, attempt: attemptCount + 1 };
    logger.info({ ...ids, verdict, responseStatus, errorCode, durationMs, retryInMs, disabled }, 'Webhook attempted');
    if (verdict !== 'delivered') span?.end(errorCode ?? String(responseStatus));
    return verdict;
  };
  return (delivery) => inSpan(beginSpan(delivery), (span) => attempt(delivery, span));
}

/** Only where the event belongs to a trace, which each attempt goes on with. */
function beginSpan({ traceparent: parent, ...delivery }: ClaimedDelivery): Span | undefined {
  if (!parent) return undefined;
  const attributes = {
    'multiwa.workspace_id': delivery.workspaceId,
    'multiwa.endpoint_id': delivery.endpointId,
    'multiwa.delivery_id': delivery.id,
    'multiwa.event_id': delivery.eventId,
    'multiwa.event_type': delivery.eventType,
    'multiwa.attempt': delivery.attemptCount + 1,
  };
  return startSpan('webhook attempt', { kind: 'client', parent, attributes });
}

async function send(
  { cipher, fetch, allowPrivate }: AttemptDeps,
  delivery: ClaimedDelivery,
  sentAt: Date,
  traceparent: string | undefined,
): Promise<Answer> {
  const {
    endpointId,
    eventId,
    body,
    url,
    previousSecretUntil,
    secretKeyId: keyId,
    secretCipher: ciphertext,
  } = delivery;
  try {
    const { secrets, headers } = openWebhookSecrets(cipher, endpointId, { keyId, ciphertext });
    const signing = signingSecrets(secrets, previousSecretUntil, sentAt);
    const answer = await fetch({
      url,
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'user-agent': 'MultiWA-Webhooks/1',
        ...signWebhook({ id: eventId, sentAt, body }, signing),
        // The receiver's own tracing goes on from here.
        ...(traceparent && { traceparent }),
      },
      body,
      timeoutMs: timing.webhookTimeoutMs,
      maxResponseBytes: keptAnswerBytes,
      allowPrivate,
    });
    return { responseStatus: answer.status, responseBody: keepable(answer.body), errorCode: null };
  } catch (error) {
    if (error instanceof GuardedFetchError) {
      return { responseStatus: error.status ?? null, responseBody: null, errorCode: error.code };
    }
    // Keys may come back with the next start; the delivery is worth waiting for it.
    if (error instanceof UnreadableError)
      return { responseStatus: null, responseBody: null, errorCode: 'secret_unreadable' };
    throw error;
  }
}

/** What the database can hold of an answer that may be anything. */
function keepable(body: Buffer): string {
  return body.toString('utf8').replaceAll('\0', '\ufffd');
}
