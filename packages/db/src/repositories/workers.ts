import type { Network } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';
import { WANTED } from './leases.js';

export interface NewWorker {
  id: string;
  network: Network;
  host: string;
  pid: number;
  /** How many sessions it takes at most. */
  capacity: number;
  version: string;
}

const REGISTER = `
  INSERT INTO "EngineWorker" ("id", "network", "host", "pid", "capacity", "version")
  VALUES ($1, $2::"Network", $3, $4, $5, $6)
  ON CONFLICT ("id") DO UPDATE SET "network" = excluded."network", "host" = excluded."host", "pid" = excluded."pid",
    "capacity" = excluded."capacity", "version" = excluded."version", "seenAt" = now()`;

/**
 * Makes the worker known and alive; one that is known keeps what operators want of it. On its lifeline only, as each
 * sign of life.
 */
export async function registerWorker(executor: Executor, worker: NewWorker): Promise<void> {
  const { id, network, host, pid, capacity, version } = worker;
  await execute(executor, 'workers_register', REGISTER, [id, network, host, pid, capacity, version]);
}

/** What a worker says of itself with each sign of life. */
export interface WorkerSigns {
  sessions: number;
  rssMb: number;
  admitting: boolean;
}

const HEARTBEAT = `
  UPDATE "EngineWorker" SET "seenAt" = now(), "sessions" = $2, "rssMb" = $3, "admitting" = $4 WHERE "id" = $1
  RETURNING "drainRequested"`;

/** Shows that the worker lives and how it is; what an operator wants of it, or undefined when its row is gone. */
export async function heartbeatWorker(
  executor: Executor,
  workerId: string,
  { sessions, rssMb, admitting }: WorkerSigns,
): Promise<{ drainRequested: boolean } | undefined> {
  const values = [workerId, sessions, rssMb, admitting];
  const [row] = await query<{ drainRequested: boolean }>(executor, 'workers_heartbeat', HEARTBEAT, values);
  return row;
}

const DRAIN = `UPDATE "EngineWorker" SET "draining" = true WHERE "id" = $1`;

/** Takes the worker out of the shares: the others may claim its part as it lets go. */
export async function markDraining(executor: Executor, workerId: string): Promise<void> {
  await execute(executor, 'workers_drain', DRAIN, [workerId]);
}

const REMOVE = `DELETE FROM "EngineWorker" WHERE "id" = $1`;

/** Forgets a worker that has ended; release its leases first. */
export async function removeWorker(executor: Executor, workerId: string): Promise<void> {
  await execute(executor, 'workers_remove', REMOVE, [workerId]);
}

const PRUNE = `
  DELETE FROM "EngineWorker" w
  WHERE w."network" = $1::"Network" AND (
    w."seenAt" < now() - interval '1 day' OR (
      w."seenAt" < now() - interval '1 minute'
      AND NOT EXISTS (SELECT 1 FROM "SessionLease" l WHERE l."workerId" = w."id")))
  RETURNING w."id"`;

/**
 * Forgets workers that ended without saying so: a minute after their last sign of life when nothing is theirs any more,
 * else after a day. One that was only away registers again. Returns their ids.
 */
export async function pruneWorkers(executor: Executor, network: Network): Promise<string[]> {
  const rows = await query<{ id: string }>(executor, 'workers_prune', PRUNE, [network]);
  return rows.map(({ id }) => id);
}

/** What a living worker carries, and may carry. */
export interface WorkerLoad {
  id: string;
  capacity: number;
  /** Profiles that it owns, and those being handed over to it. */
  sessions: number;
  /** False: takes no more, by count or by memory. */
  admitting: boolean;
  /** On its way out, or to be emptied for an operator. */
  leaving: boolean;
}

/** What a network has to share out, and among whom. */
export interface NetworkLoad {
  workers: WorkerLoad[];
  /** Profiles that some worker should own. */
  wanted: number;
}

const LOAD = `
  WITH owned AS (
    SELECT coalesce(l."workerId", l."offeredTo") AS "id", count(*)::int AS "sessions" FROM "SessionLease" l
    WHERE l."workerId" IS NOT NULL OR l."offeredUntil" > now() GROUP BY 1
  ), wanted AS (
    SELECT count(*)::int AS "wanted" FROM "Profile" p WHERE p."network" = $1::"Network" AND ${WANTED}
  )
  SELECT wanted."wanted", w."id", w."capacity", coalesce(owned."sessions", 0) AS "sessions", w."admitting",
    (w."draining" OR w."drainRequested") AS "leaving"
  FROM wanted LEFT JOIN "EngineWorker" w ON w."network" = $1::"Network"
    AND w."seenAt" > now() - $2 * interval '1 millisecond' AND NOT w."id" = ANY($3::text[])
  LEFT JOIN owned ON owned."id" = w."id"
  ORDER BY w."id"`;

/** Reads what the workers seen within `aliveMs`, by the database's clock, carry; without those that are known to be dead. */
export async function readLoad(
  executor: Executor,
  network: Network,
  aliveMs: number,
  deadWorkers: readonly string[] = [],
): Promise<NetworkLoad> {
  type Row = Omit<WorkerLoad, 'id'> & { id: string | null; wanted: number };
  const rows = await query<Row>(executor, 'workers_load', LOAD, [network, aliveMs, deadWorkers]);
  return {
    wanted: rows[0]?.wanted ?? 0,
    workers: rows.flatMap(({ wanted: _, id, ...load }) => (id === null ? [] : [{ id, ...load }])),
  };
}
