import { type Database, type NewEndpoint, webhooksRepository } from '@multiwa/db';
import { newId, newWebhookSecret, sealWebhookSecrets } from '@multiwa/domain';
import type { Cipher } from '@multiwa/runtime';
import type { TestProfile } from './database.js';

/** An endpoint for the events of a profile, as the API makes it. */
export async function addEndpoint(
  database: Database,
  cipher: Cipher,
  { workspaceId, profileId }: TestProfile,
  { url, headers, ...how }: Partial<NewEndpoint> & { url: string; headers?: Record<string, string> },
) {
  const [id, secret] = [newId(), newWebhookSecret()];
  const { keyId, ciphertext } = sealWebhookSecrets(cipher, id, { secrets: [secret], headers });
  await webhooksRepository(database).create({
    id,
    workspaceId,
    profileId,
    url,
    eventTypes: [],
    enabled: true,
    headerNames: Object.keys(headers ?? {}),
    maxConcurrency: 8,
    ordered: false,
    ...how,
    secretKeyId: keyId,
    secretCipher: Uint8Array.from(ciphertext),
  });
  return { id, secret };
}
