import type { QueryResultRow } from 'pg';
import { DbError, StaleGenerationError } from '../errors.js';
import { type Executor, execute, query } from '../query.js';

/** How long an operator can undo a logout, unless the profile is linked anew meanwhile. */
export const UNDO_LOGOUT_MS = 7 * 24 * 3_600_000;

const FORGET = `
  WITH fence AS (
    SELECT "profileId" FROM "SessionLease" WHERE "profileId" = $1 AND "generation" = $2 FOR KEY SHARE
  ), marked AS (
    UPDATE "SessionCredential" c SET "deletedAt" = now() FROM fence
    WHERE c."profileId" = fence."profileId" AND c."deletedAt" IS NULL
  )
  SELECT "profileId" FROM fence`;

/**
 * After a real logout, and only then: marks the credential as deleted, so that nothing loads it. Its bytes and the
 * Signal keys stay for `UNDO_LOGOUT_MS`; the journal stays until its facts are published (promise 3).
 * @throws StaleGenerationError
 */
export async function forgetSession(executor: Executor, profileId: string, generation: number): Promise<void> {
  await fenced(executor, 'session_forget', FORGET, profileId, generation);
}

const CLEAR = `
  WITH fence AS (
    SELECT l."profileId", EXISTS (
      SELECT 1 FROM "SessionCredential" c WHERE c."profileId" = l."profileId" AND c."deletedAt" IS NULL) AS linked
    FROM "SessionLease" l WHERE l."profileId" = $1 AND l."generation" = $2 FOR KEY SHARE OF l
  ), keys AS (
    DELETE FROM "SignalKey" k USING fence WHERE k."profileId" = fence."profileId" AND NOT linked
  ), credential AS (
    DELETE FROM "SessionCredential" c USING fence WHERE c."profileId" = fence."profileId" AND NOT linked
  )
  SELECT linked FROM fence`;

/**
 * Before a new linking: removes what an earlier one left, so that the new identity starts clean. A live credential is
 * never touched: only `forgetSession`, after a real logout, opens the way here.
 * @throws StaleGenerationError; DbError `session_linked` when a live credential stands.
 */
export async function clearSession(executor: Executor, profileId: string, generation: number): Promise<void> {
  const [found] = await fenced<{ linked: boolean }>(executor, 'session_clear', CLEAR, profileId, generation);
  if (found?.linked) throw new DbError('session_linked', `Profile ${profileId} is linked: log out first.`);
}

const UNDO = `UPDATE "SessionCredential" SET "deletedAt" = NULL WHERE "profileId" = $1 AND "deletedAt" IS NOT NULL`;

/** An operator's undo of a logout; false when nothing is left to bring back. */
export async function undoForgetSession(executor: Executor, profileId: string): Promise<boolean> {
  return (await execute(executor, 'session_undo_forget', UNDO, [profileId])) > 0;
}

const PURGE = `
  WITH old AS (
    DELETE FROM "SessionCredential" WHERE "deletedAt" < now() - $1 * interval '1 millisecond' RETURNING "profileId"
  ), keys AS (
    DELETE FROM "SignalKey" k USING old WHERE k."profileId" = old."profileId"
  )
  SELECT "profileId" FROM old`;

/** Removes for good what was forgotten longer ago than that; returns the profiles. */
export async function purgeForgotten(executor: Executor, olderThanMs = UNDO_LOGOUT_MS): Promise<string[]> {
  const rows = await query<{ profileId: string }>(executor, 'session_purge', PURGE, [olderThanMs]);
  return rows.map(({ profileId }) => profileId);
}

async function fenced<Row extends QueryResultRow>(
  executor: Executor,
  name: string,
  text: string,
  profileId: string,
  generation: number,
): Promise<Row[]> {
  const owned = await query<Row>(executor, name, text, [profileId, generation]);
  if (owned.length === 0) throw new StaleGenerationError(profileId, generation);
  return owned;
}
