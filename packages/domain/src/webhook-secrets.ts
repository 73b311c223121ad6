import { sealedPlaces } from './sealed-places.js';

/** What seals and opens; the runtime's cipher. */
export interface SecretBox {
  seal(place: string, plain: string): { keyId: string; ciphertext: Uint8Array };
  open(place: string, sealed: { keyId: string; ciphertext: Uint8Array }): string;
}

/** Seals an endpoint's secrets, the newest first. */
export function sealWebhookSecrets(box: SecretBox, endpointId: string, secrets: readonly string[]) {
  return box.seal(sealedPlaces.webhook(endpointId), JSON.stringify(secrets));
}

/** The secrets of an endpoint, the newest first. Throws what the box throws for a value it cannot open. */
export function openWebhookSecrets(
  box: SecretBox,
  endpointId: string,
  sealed: { keyId: string; ciphertext: Uint8Array },
): string[] {
  return JSON.parse(box.open(sealedPlaces.webhook(endpointId), sealed)) as string[];
}
