import { timing } from '@multiwa/contracts';

const jitter = 0.2;

/**
 * How long to wait, in milliseconds, after so many failed attempts; null when that was the last one.
 * ±20 %, so that what failed together does not come back together.
 */
export function webhookRetryDelayMs(failedAttempts: number, random: () => number = Math.random): number | null {
  const baseMs = timing.webhookRetryMs[failedAttempts - 1];
  return baseMs === undefined ? null : Math.round(baseMs * (1 - jitter + 2 * jitter * random()));
}

/** What an attempt's answer means. Redirects are not followed: they would lead past the check of addresses. */
export type WebhookVerdict = 'delivered' | 'gone' | 'failed';

/** By HTTP status; null when there was no answer. 410 says that the receiver wants nothing any more. */
export function judgeWebhookAnswer(status: number | null): WebhookVerdict {
  if (status === 410) return 'gone';
  return status !== null && status >= 200 && status < 300 ? 'delivered' : 'failed';
}
