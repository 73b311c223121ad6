import type { Scope } from '@multiwa/contracts';
import type { Database } from '../client.js';
import { execute, query } from '../query.js';

/** Held while looking for a key and making the first: of two bootstraps at once, the second finds the first one's. */
const ADVISORY_LOCK = 727_073_70;

const ORGANIZATION = `INSERT INTO "Organization" ("id", "name") VALUES ($1, 'My organization')`;
const WORKSPACE = `INSERT INTO "Workspace" ("id", "organizationId", "name") VALUES ($1, $2, 'Main')`;
/** A database may hold the owner without a key, after all keys were deleted by hand. */
const OWNER = `
  INSERT INTO "User" ("id", "email", "name") VALUES ($1, 'owner@localhost', 'Owner')
  ON CONFLICT ("email") DO UPDATE SET "email" = excluded."email" RETURNING "id"`;
const MEMBERSHIP = `INSERT INTO "Membership" ("userId", "workspaceId", "role") VALUES ($1, $2, 'OWNER')`;
const KEY = `
  INSERT INTO "ApiKey" ("id", "workspaceId", "name", "prefix", "hash", "scopes")
  VALUES ($1, $2, 'First key', $3, $4, $5)`;

export interface FirstWorkspace {
  organizationId: string;
  workspaceId: string;
  userId: string;
  apiKey: { id: string; prefix: string; hash: string; scopes: Scope[] };
}

/** Makes organization, workspace, owner and API key, unless there is any API key; says whether it did. */
export function createFirstWorkspace({ transaction }: Database, first: FirstWorkspace): Promise<boolean> {
  return transaction(async (tx) => {
    await query(tx, 'first_lock', 'SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    const { organizationId, workspaceId, userId, apiKey } = first;
    if ((await query(tx, 'first_key_exists', 'SELECT 1 FROM "ApiKey" LIMIT 1')).length > 0) return false;
    await execute(tx, 'first_organization', ORGANIZATION, [organizationId]);
    await execute(tx, 'first_workspace', WORKSPACE, [workspaceId, organizationId]);
    const [owner] = await query<{ id: string }>(tx, 'first_owner', OWNER, [userId]);
    await execute(tx, 'first_membership', MEMBERSHIP, [owner?.id, workspaceId]);
    await execute(tx, 'first_key', KEY, [apiKey.id, workspaceId, apiKey.prefix, apiKey.hash, apiKey.scopes]);
    return true;
  });
}
