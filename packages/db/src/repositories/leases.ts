import type pg from 'pg';
import { StaleGenerationError } from '../errors.js';
import type { Network } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';
import { LIFELINE_GONE } from './lifelines.js';

/** The right to hold a profile's socket, as long as `generation` is the current one. */
export interface Lease {
  profileId: string;
  generation: number;
}

export interface Claim {
  workerId: string;
  network: Network;
  /** How many more profiles at most. */
  limit: number;
  /** How many of those that were handed over to this worker at most; they come first and count against the limit too. */
  offeredLimit?: number;
  ttlMs: number;
  /** Whether expired leases may be claimed; not while their owners may only be cut off from the database, as the claimer was. */
  expired?: boolean;
  /**
   * Workers seen dead, whose leases may be claimed before they expire. Only those whose lifeline is still gone are taken
   * at their word: with any of them the executor must be this worker's lifeline; see decision 0009.
   */
  deadWorkers?: readonly string[];
}

/**
 * A profile that some worker should own: it is to be connected, or still has to be logged out at WhatsApp, which takes
 * its live credential even when the profile was deleted.
 */
export const WANTED = `(
  (p."desiredState" = 'CONNECTED' AND p."deletedAt" IS NULL) OR
  (p."desiredState" = 'LOGGED_OUT' AND EXISTS (
    SELECT 1 FROM "SessionCredential" c WHERE c."profileId" = p."id" AND c."deletedAt" IS NULL)))`;

const MAKE_LEASES = `
  INSERT INTO "SessionLease" ("profileId")
  SELECT p."id" FROM "Profile" p
  WHERE p."network" = $1::"Network" AND ${WANTED}
    AND NOT EXISTS (SELECT 1 FROM "SessionLease" l WHERE l."profileId" = p."id")
  ORDER BY p."id"
  ON CONFLICT DO NOTHING`;

/** FOR UPDATE, the strongest lock: it excludes other claims and the fence of writes at work (see assertGeneration). */
const CLAIM = `
  WITH dead AS MATERIALIZED (
    SELECT w."id" FROM "EngineWorker" w WHERE w."id" = ANY($7::text[]) AND ${LIFELINE_GONE}
  ), offered AS (
    SELECT l."profileId" FROM "SessionLease" l JOIN "Profile" p ON p."id" = l."profileId"
    WHERE p."network" = $1::"Network" AND ${WANTED} AND l."workerId" IS NULL AND l."offeredTo" = $3
    LIMIT $5
    FOR UPDATE OF l SKIP LOCKED
  ), free AS (
    SELECT l."profileId" FROM "SessionLease" l JOIN "Profile" p ON p."id" = l."profileId"
    WHERE p."network" = $1::"Network" AND ${WANTED} AND (
      (l."workerId" IS NULL AND (l."offeredTo" IS NULL OR l."offeredUntil" <= now())) OR
      ($6 AND l."expiresAt" <= now()) OR
      l."workerId" IN (SELECT "id" FROM dead))
    ORDER BY l."expiresAt" NULLS FIRST, l."profileId"
    LIMIT greatest(0, $2 - (SELECT count(*) FROM offered))
    FOR UPDATE OF l SKIP LOCKED
  )
  UPDATE "SessionLease" l
  SET "workerId" = $3, "generation" = l."generation" + 1, "claimedAt" = now(),
      "expiresAt" = now() + $4 * interval '1 millisecond', "offeredTo" = NULL, "offeredUntil" = NULL
  FROM (
    SELECT o."profileId", NULL::text AS "before", true AS "offered" FROM offered o
    UNION
    SELECT f."profileId", before."workerId", false FROM free f JOIN "SessionLease" before USING ("profileId")
  ) taken
  WHERE l."profileId" = taken."profileId"
  RETURNING l."profileId", l."generation", taken."before" AS "previousWorker", taken."offered"`;

/** A lease just claimed. */
export interface ClaimedLease extends Lease {
  /** Who had it until now, when its owner had not let go of it. */
  previousWorker: string | null;
  /** Its owner has handed it over to this worker. */
  offered: boolean;
}

/**
 * Takes leases of wanted profiles, each with the next generation, by the database's clock: those handed over to this
 * worker, and free, expired or orphaned ones. One offered to another worker is left to it as long as the offer stands.
 * Leases that another worker is claiming, or under which a write is being committed, are passed by: try again later.
 * Count `ttlMs` from before the call on one's own monotonic clock: the server's count started later.
 */
export async function claimLeases(executor: Executor, claim: Claim): Promise<ClaimedLease[]> {
  const { workerId, network, limit, offeredLimit = limit, ttlMs, expired = true, deadWorkers = [] } = claim;
  if (limit <= 0 && offeredLimit <= 0) return [];
  if (limit > 0) await execute(executor, 'leases_make', MAKE_LEASES, [network]);
  const values = [network, Math.max(0, limit), workerId, ttlMs, Math.max(0, offeredLimit), expired, deadWorkers];
  return query<ClaimedLease>(executor, 'leases_claim', CLAIM, values);
}

const RENEW = `
  WITH own AS (
    SELECT "profileId" FROM "SessionLease" WHERE "workerId" = $1 ORDER BY "profileId" FOR NO KEY UPDATE
  )
  UPDATE "SessionLease" l SET "expiresAt" = now() + $2 * interval '1 millisecond'
  FROM own WHERE l."profileId" = own."profileId" AND l."workerId" = $1
  RETURNING l."profileId", l."generation"`;

/**
 * Prolongs all leases of the worker in one statement and returns those that it still owns: whatever it held besides
 * is lost, and its socket must be closed without logging out. A lease that expired but that nobody claimed is renewed
 * too: its generation is still the current one, so no other worker was ever entitled to the profile in between, and
 * giving it up would only cost a reconnection.
 */
export function renewLeases(executor: Executor, workerId: string, ttlMs: number): Promise<Lease[]> {
  return query<Lease>(executor, 'leases_renew', RENEW, [workerId, ttlMs]);
}

const RELEASE = `
  UPDATE "SessionLease" SET "workerId" = NULL, "expiresAt" = NULL WHERE "profileId" = $1 AND "generation" = $2`;

/**
 * Frees a lease at once instead of letting it expire. The generation stays, so that the next claim's is higher.
 * Returns false, having changed nothing, when the generation is no longer the current one.
 */
export async function releaseLease(executor: Executor, profileId: string, generation: number): Promise<boolean> {
  return (await execute(executor, 'leases_release', RELEASE, [profileId, generation])) > 0;
}

const OFFER = `
  UPDATE "SessionLease" SET "workerId" = NULL, "expiresAt" = NULL,
    "offeredTo" = $3, "offeredUntil" = now() + $4 * interval '1 millisecond'
  WHERE "profileId" = $1 AND "generation" = $2`;

/**
 * Frees a lease for one worker: for `offerMs` nobody else may claim it, then anybody.
 * Returns false, having changed nothing, when the generation is no longer the current one.
 */
export async function offerLease(executor: Executor, lease: Lease, to: string, offerMs: number): Promise<boolean> {
  const { profileId, generation } = lease;
  return (await execute(executor, 'leases_offer', OFFER, [profileId, generation, to, offerMs])) > 0;
}

const ARRIVED = `
  SELECT p."id" AS "profileId" FROM unnest($1::text[], $2::int[]) AS old("id", "generation")
  JOIN "Profile" p ON p."id" = old."id"
  WHERE p."statusGeneration" > old."generation" AND p."status" <> 'CONNECTING'`;

/** Which of these, given away under these generations, a later owner has opened, or has found not to be opened. */
export async function findArrived(executor: Executor, leases: readonly Lease[]): Promise<string[]> {
  if (leases.length === 0) return [];
  const values = [leases.map(({ profileId }) => profileId), leases.map(({ generation }) => generation)];
  const rows = await query<{ profileId: string }>(executor, 'leases_arrived', ARRIVED, values);
  return rows.map(({ profileId }) => profileId);
}

const RELEASE_ALL = `
  WITH own AS (
    SELECT "profileId" FROM "SessionLease" WHERE "workerId" = $1 ORDER BY "profileId" FOR NO KEY UPDATE
  )
  UPDATE "SessionLease" l SET "workerId" = NULL, "expiresAt" = NULL
  FROM own WHERE l."profileId" = own."profileId" AND l."workerId" = $1
  RETURNING l."profileId", l."generation"`;

/** Frees everything that the worker still owns; returns what that was. */
export function releaseAll(executor: Executor, workerId: string): Promise<Lease[]> {
  return query<Lease>(executor, 'leases_release_all', RELEASE_ALL, [workerId]);
}

const FENCE = `SELECT 1 FROM "SessionLease" WHERE "profileId" = $1 AND "generation" = $2 FOR KEY SHARE`;

/**
 * The fence of promise 4: call it in the transaction of every write of session state, before the write.
 * FOR KEY SHARE conflicts with the claim's FOR UPDATE and with nothing else: until this transaction ends no one can
 * claim the profile, while renewals and other writes pass. Behind a claim that is being committed it waits, and then
 * sees the new generation.
 * @throws StaleGenerationError when another worker owns, or owned, the profile since.
 */
export async function assertGeneration(tx: pg.PoolClient, profileId: string, generation: number): Promise<void> {
  const rows = await query(tx, 'leases_fence', FENCE, [profileId, generation]);
  if (rows.length === 0) throw new StaleGenerationError(profileId, generation);
}
