import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';

export interface EndpointFilter {
  id: string;
  workspaceId: string;
  profileId: string | null;
  eventTypes: string[];
  ordered: boolean;
  createdAt: Date;
}

const ENABLED = `
  SELECT "id", "workspaceId", "profileId", "eventTypes", "ordered", "createdAt" FROM "WebhookEndpoint"
  WHERE "workspaceId" = ANY($1) AND "enabled" AND "deletedAt" IS NULL`;

/** The endpoints of these workspaces that get deliveries. */
export function enabledEndpoints(executor: Executor, workspaceIds: readonly string[]): Promise<EndpointFilter[]> {
  return query<EndpointFilter>(executor, 'webhooks_enabled', ENABLED, [workspaceIds]);
}

/** Makes a secret for a new endpoint, sealed for it alone. */
export type NewSecret = (endpointId: string) => { keyId: string; ciphertext: Uint8Array };

/** Which profiles to look at: these, or all of a workspace. */
export type ProfilesLooked = { profileIds: readonly string[] } | { workspaceId: string };

interface Difference {
  profileId: string;
  workspaceId: string;
  url: string | null;
  since: Date;
}

const differences = (condition: string) => `
  SELECT p."id" AS "profileId", p."workspaceId", p."updatedAt" AS "since",
    CASE WHEN p."deletedAt" IS NULL THEN p."webhookUrl" END AS "url"
  FROM "Profile" p LEFT JOIN "WebhookEndpoint" e ON e."profileId" = p."id" AND e."fromProfile" AND e."deletedAt" IS NULL
  WHERE ${condition}
    AND (p."webhookUrl" IS NOT NULL OR e."id" IS NOT NULL)
    AND e."url" IS DISTINCT FROM CASE WHEN p."deletedAt" IS NULL THEN p."webhookUrl" END
  ORDER BY p."id" FOR SHARE OF p`;
const DIFFERENCES_OF_PROFILES = differences('p."id" = ANY($1)');
const DIFFERENCES_OF_WORKSPACE = differences('p."workspaceId" = $1');

const UPSERT = `
  INSERT INTO "WebhookEndpoint" AS e
    ("id", "workspaceId", "profileId", "url", "secretKeyId", "secretCipher", "fromProfile", "createdAt", "updatedAt")
  VALUES ($1, $2, $3, $4, $5, $6, true, $7, now())
  ON CONFLICT ("id") DO UPDATE SET "url" = excluded."url", "enabled" = true, "disabledReason" = NULL, "failingSince" = NULL,
    "createdAt" = CASE WHEN e."deletedAt" IS NULL THEN e."createdAt" ELSE excluded."createdAt" END,
    "deletedAt" = NULL, "updatedAt" = now()`;
const REMOVE = `UPDATE "WebhookEndpoint" SET "deletedAt" = now(), "updatedAt" = now() WHERE "id" = $1`;
const CANCEL = `
  UPDATE "WebhookDelivery" SET "status" = 'CANCELLED', "endedAt" = now(), "nextAttemptAt" = NULL, "claimedBy" = NULL
  WHERE "endpointId" = $1 AND "status" = 'PENDING'`;

/**
 * Brings the endpoints that stand for `Profile.webhookUrl` in line with it: level-triggered, so that whoever writes a
 * profile needs to know nothing of webhooks. Each has an id made from the profile's, so that two replicas make one.
 * Returns how many changed.
 */
export async function reconcileProfileEndpoints(
  tx: pg.PoolClient,
  looked: ProfilesLooked,
  newSecret: NewSecret,
): Promise<number> {
  const found =
    'profileIds' in looked
      ? await query<Difference>(tx, 'webhooks_differences', DIFFERENCES_OF_PROFILES, [looked.profileIds])
      : await query<Difference>(tx, 'webhooks_differences_all', DIFFERENCES_OF_WORKSPACE, [looked.workspaceId]);
  for (const { profileId, workspaceId, url, since } of found) {
    const id = profileEndpointId(profileId);
    if (url === null) {
      await removeEndpoint(tx, id);
      continue;
    }
    const { keyId, ciphertext } = newSecret(id);
    const values = [id, workspaceId, profileId, url, keyId, Buffer.from(ciphertext), since];
    await execute(tx, 'webhooks_upsert_profile', UPSERT, values);
  }
  return found.length;
}

/** The endpoint that stands for a profile's webhookUrl. */
export function profileEndpointId(profileId: string): string {
  return `c${createHash('sha256').update(`webhook of ${profileId}`).digest('hex').slice(0, 24)}`;
}

/** Removes an endpoint and cancels what it was still to get. */
export async function removeEndpoint(tx: pg.PoolClient, id: string): Promise<void> {
  await execute(tx, 'webhooks_remove', REMOVE, [id]);
  await execute(tx, 'webhooks_cancel', CANCEL, [id]);
}
