import type pg from 'pg';
import { type Executor, query } from '../query.js';

/*
 * A worker's lifeline: a connection of its own that holds an advisory lock named after it. The server frees the lock the
 * moment the connection ends, and so says that the process has died. Decision 0009 tells what else may end it.
 */

const keyOf = (id: string) => `hashtextextended('multiwa:worker:' || ${id}, 0)`;

/** Two halves of a 64-bit key, as pg_locks shows them. */
const HELD_KEYS = `
  SELECT (k."classid"::bigint << 32) | k."objid"::bigint FROM pg_locks k
  WHERE k."locktype" = 'advisory' AND k."objsubid" = 1 AND k."granted"
    AND k."database" = (SELECT d."oid" FROM pg_database d WHERE d."datname" = current_database())`;

/**
 * Whether worker `w` held its lifeline during this connection and holds it no more. A connection older than the worker's
 * last sign of life, which only a holder can give, proves that this server has not lost all its locks since.
 */
export const LIFELINE_GONE = `(
  w."seenAt" > (SELECT a."backend_start" AT TIME ZONE 'UTC' FROM pg_stat_activity a WHERE a."pid" = pg_backend_pid())
  AND ${keyOf('w."id"')} NOT IN (${HELD_KEYS}))`;

const TAKE = `SELECT pg_try_advisory_lock(${keyOf('$1')}) AS "taken"`;

/** Ends whatever connection still holds the lock: only the worker itself, which has lost that connection, asks for it. */
const CUT_OLD = `
  SELECT pg_terminate_backend(k."pid") FROM pg_locks k
  WHERE k."locktype" = 'advisory' AND k."objsubid" = 1 AND k."granted" AND k."pid" <> pg_backend_pid()
    AND k."database" = (SELECT d."oid" FROM pg_database d WHERE d."datname" = current_database())
    AND ((k."classid"::bigint << 32) | k."objid"::bigint) = ${keyOf('$1')}`;

/**
 * Makes `connection` the worker's lifeline until it ends. False while an earlier connection of the worker, which this
 * ends, still stands: ask again.
 */
export async function takeLifeline(connection: pg.ClientBase, workerId: string): Promise<boolean> {
  const [row] = await query<{ taken: boolean }>(connection, 'lifelines_take', TAKE, [workerId]);
  if (row?.taken) return true;
  await query(connection, 'lifelines_cut', CUT_OLD, [workerId]);
  return false;
}

const ORPHANING = `
  SELECT w."id" FROM "EngineWorker" w
  WHERE w."network" = (SELECT own."network" FROM "EngineWorker" own WHERE own."id" = $1) AND w."id" <> $1
    AND ${LIFELINE_GONE}`;

/** Workers of the same network whose lifeline is gone, by the word of this worker's own, which must be the executor. */
export async function findSilenced(executor: Executor, workerId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(executor, 'lifelines_gone', ORPHANING, [workerId]);
  return rows.map(({ id }) => id);
}
