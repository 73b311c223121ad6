import type pg from 'pg';
import type { Broadcast } from '../generated/client.js';
import type { ProfileHealth } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';

const CLAIM = `
  UPDATE "Broadcast" SET "claimedBy" = $1, "claimedUntil" = now() + $2 * interval '1 millisecond'
  WHERE "id" IN (
    SELECT "id" FROM "Broadcast"
    WHERE "status" = 'RUNNING' AND ("claimedUntil" IS NULL OR "claimedUntil" < now())
    ORDER BY "startedAt", "id" LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
  RETURNING "id"`;
const RENEW = `
  UPDATE "Broadcast" SET "claimedUntil" = now() + $2 * interval '1 millisecond'
  WHERE "claimedBy" = $1 AND "status" = 'RUNNING' RETURNING "id"`;
const RELEASE = `UPDATE "Broadcast" SET "claimedBy" = NULL, "claimedUntil" = NULL WHERE "claimedBy" = $1`;
const LOCK_OWNED = `
  SELECT b.*, p."deletedAt" IS NOT NULL AS "profileDeleted", p."health", p."restriction"
  FROM "Broadcast" b JOIN "Profile" p ON p."id" = b."profileId"
  WHERE b."id" = $1 AND b."claimedBy" = $2 AND b."status" = 'RUNNING' FOR NO KEY UPDATE OF b`;
const LOCK_DUE = `
  SELECT b.*, p."deletedAt" IS NOT NULL AS "profileDeleted"
  FROM "Broadcast" b JOIN "Profile" p ON p."id" = b."profileId"
  WHERE b."status" = 'SCHEDULED' AND b."scheduledAt" <= now()
  ORDER BY b."scheduledAt", b."id" LIMIT 1 FOR NO KEY UPDATE OF b SKIP LOCKED`;

export interface LockedBroadcast extends Broadcast {
  profileDeleted: boolean;
}

/** With what is known of the health of its profile. */
export interface OwnedBroadcast extends LockedBroadcast {
  health: ProfileHealth;
  /** As in the contracts' restrictionSchema; null unless health is RESTRICTED. */
  restriction: unknown;
}

/** Takes running broadcasts that nobody drives, by the database's clock; returns their ids. */
export async function claimBroadcasts(executor: Executor, owner: string, ttlMs: number, limit: number) {
  const rows = await query<{ id: string }>(executor, 'broadcasts_claim', CLAIM, [owner, ttlMs, limit]);
  return rows.map(({ id }) => id);
}

/** Prolongs all claims of an owner; returns the ids that it still drives. */
export async function renewBroadcasts(executor: Executor, owner: string, ttlMs: number): Promise<string[]> {
  const rows = await query<{ id: string }>(executor, 'broadcasts_renew', RENEW, [owner, ttlMs]);
  return rows.map(({ id }) => id);
}

/** Lets others drive at once. */
export async function releaseBroadcasts(executor: Executor, owner: string): Promise<void> {
  await execute(executor, 'broadcasts_release', RELEASE, [owner]);
}

/**
 * Holds a broadcast that still runs and is still this owner's; undefined otherwise. While it is held nobody can pause
 * it, cancel it or take it over.
 */
export async function lockOwnedBroadcast(tx: pg.PoolClient, id: string, owner: string) {
  const [row] = await query<OwnedBroadcast>(tx, 'broadcasts_lock_owned', LOCK_OWNED, [id, owner]);
  return row;
}

/** Holds a scheduled broadcast whose time has come, one that no other replica is starting. */
export async function lockDueBroadcast(tx: pg.PoolClient): Promise<LockedBroadcast | undefined> {
  const [row] = await query<LockedBroadcast>(tx, 'broadcasts_lock_due', LOCK_DUE);
  return row;
}
