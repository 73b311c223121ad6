import type { EventType } from '@multiwa/contracts';
import { type Database, webhooksRepository } from '@multiwa/db';
import { newId, newWebhookSecret, sealWebhookSecrets } from '@multiwa/domain';
import type { Cipher } from '@multiwa/runtime';
import type { TestProfile } from './database.js';

/** An endpoint for the events of a profile, as the API makes it. */
export async function addEndpoint(
  database: Database,
  cipher: Cipher,
  { workspaceId, profileId }: TestProfile,
  { url, eventTypes = [] }: { url: string; eventTypes?: EventType[] },
) {
  const [id, secret] = [newId(), newWebhookSecret()];
  const { keyId, ciphertext } = sealWebhookSecrets(cipher, id, [secret]);
  await webhooksRepository(database).create({
    id,
    workspaceId,
    profileId,
    url,
    eventTypes,
    enabled: true,
    secretKeyId: keyId,
    secretCipher: Uint8Array.from(ciphertext),
  });
  return { id, secret };
}
