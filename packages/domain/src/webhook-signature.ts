import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const madeBytes = 32;
const minBytes = 24;
const maxBytes = 64;

/** A new secret in the form that the Standard Webhooks specification gives it. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(madeBytes).toString('base64');
}

/** Whether a text is `whsec_` and 24 to 64 bytes in canonical base64. */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith(prefix)) return false;
  const key = keyOf(text);
  return key.length >= minBytes && key.length <= maxBytes && key.toString('base64') === text.slice(prefix.length);
}

export interface WebhookMessage {
  /** The same in every attempt: receivers drop repetitions by it. */
  id: string;
  /** Of this attempt. */
  sentAt: Date;
  /** Exactly what is sent. */
  body: string;
}

/**
 * The headers of one attempt (Standard Webhooks 1.0, symmetric signatures): HMAC-SHA256 over `id.seconds.body`, one
 * signature for each secret, so that a receiver may know the old or the new one while a secret is changed.
 */
export function signWebhook({ id, sentAt, body }: WebhookMessage, secrets: readonly string[]): Record<string, string> {
  const seconds = String(Math.floor(sentAt.getTime() / 1000));
  const signed = `${id}.${seconds}.${body}`;
  const signatures = secrets.map((secret) => createHmac('sha256', keyOf(secret)).update(signed).digest('base64'));
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
