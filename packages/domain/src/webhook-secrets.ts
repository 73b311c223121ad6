import { sealedPlaces } from './sealed-places.js';

/** What seals and opens; the runtime's cipher. */
export interface SecretBox {
  seal(place: string, plain: string): { keyId: string; ciphertext: Uint8Array };
  open(place: string, sealed: { keyId: string; ciphertext: Uint8Array }): string;
}

/** What of an endpoint is kept sealed. */
export interface WebhookSecrets {
  /** The newest first; at most two. */
  secrets: readonly string[];
  /** The customer's own headers. */
  headers?: Readonly<Record<string, string>>;
}

/** Seals an endpoint's secrets and the values of its headers. */
export function sealWebhookSecrets(box: SecretBox, endpointId: string, { secrets, headers = {} }: WebhookSecrets) {
  return box.seal(sealedPlaces.webhook(endpointId), JSON.stringify({ secrets, headers }));
}

/** What `sealWebhookSecrets` sealed. Throws what the box throws for a value it cannot open. */
export function openWebhookSecrets(
  box: SecretBox,
  endpointId: string,
  sealed: { keyId: string; ciphertext: Uint8Array },
): Required<WebhookSecrets> {
  const opened = JSON.parse(box.open(sealedPlaces.webhook(endpointId), sealed)) as string[] | Required<WebhookSecrets>;
  // Rows of before there were headers hold the secrets alone.
  return Array.isArray(opened) ? { secrets: opened, headers: {} } : opened;
}

/** The secrets that sign at a moment: the newest, and the one before it for as long as it is kept. */
export function signingSecrets(secrets: readonly string[], previousUntil: Date | null, now: Date): readonly string[] {
  return secrets.slice(0, previousUntil !== null && previousUntil > now ? 2 : 1);
}
