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
    "capacity" = excluded."capacity", "version" = excluded."version", "draining" = false, "startedAt" = now(), "seenAt" = now()`;

/** Makes the worker known, alive and not draining. */
export async function registerWorker(executor: Executor, worker: NewWorker): Promise<void> {
  const { id, network, host, pid, capacity, version } = worker;
  await execute(executor, 'workers_register', REGISTER, [id, network, host, pid, capacity, version]);
}

const HEARTBEAT = `UPDATE "EngineWorker" SET "seenAt" = now() WHERE "id" = $1`;

/** Shows that the worker lives; false when it is not registered (any more). */
export async function heartbeatWorker(executor: Executor, workerId: string): Promise<boolean> {
  return (await execute(executor, 'workers_heartbeat', HEARTBEAT, [workerId])) > 0;
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

/** What a network has to share out. */
export interface Share {
  /** Workers seen lately that are not draining. */
  workers: number;
  /** Sum of their capacities. */
  capacity: number;
  /** Profiles that some worker should own. */
  wanted: number;
}

const COUNT_SHARE = `
  SELECT
    (SELECT count(*)::int FROM "Profile" p WHERE p."network" = $1::"Network" AND ${WANTED}) AS "wanted",
    count(*)::int AS "workers", coalesce(sum("capacity"), 0)::int AS "capacity"
  FROM "EngineWorker"
  WHERE "network" = $1::"Network" AND NOT "draining" AND "seenAt" > now() - $2 * interval '1 millisecond'`;

/** Counts the workers seen within `aliveMs`, by the database's clock, and the profiles that want an owner. */
export async function countShare(executor: Executor, network: Network, aliveMs: number): Promise<Share> {
  const [share] = await query<Share>(executor, 'workers_count_share', COUNT_SHARE, [network, aliveMs]);
  return share ?? { workers: 0, capacity: 0, wanted: 0 };
}

/**
 * How many profiles a worker of this capacity should own: its part by capacity, rounded up so that all parts together
 * cover everything, and never more than it can take.
 */
export function fairShare({ capacity, wanted }: Share, ownCapacity: number): number {
  const part = Math.ceil((wanted * ownCapacity) / Math.max(capacity, ownCapacity, 1));
  return Math.min(part, ownCapacity);
}
