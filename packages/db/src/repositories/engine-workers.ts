import type { EngineWorker } from '../generated/client.js';
import { type Executor, query } from '../query.js';

/** A worker as operators see it. */
export interface KnownWorker extends EngineWorker {
  /** Seen within the time that a lease lives, by the database's clock. */
  isAlive: boolean;
}

const LIST = `
  SELECT *, "seenAt" > now() - $1 * interval '1 millisecond' AS "isAlive"
  FROM "EngineWorker" ORDER BY "network", "startedAt", "id"`;

/** All engine workers of the installation, also those that ended without saying so. */
export function listWorkers(executor: Executor, aliveMs: number): Promise<KnownWorker[]> {
  return query<KnownWorker>(executor, 'workers_list', LIST, [aliveMs]);
}

const REQUEST_DRAIN = `
  UPDATE "EngineWorker" SET "drainRequested" = $2 WHERE "id" = $1
  RETURNING *, "seenAt" > now() - $3 * interval '1 millisecond' AS "isAlive"`;

/** Notes that an operator wants a worker empty, or back in service; undefined when there is none such. */
export async function requestDrain(
  executor: Executor,
  workerId: string,
  wanted: boolean,
  aliveMs: number,
): Promise<KnownWorker | undefined> {
  const values = [workerId, wanted, aliveMs];
  const [worker] = await query<KnownWorker>(executor, 'workers_request_drain', REQUEST_DRAIN, values);
  return worker;
}
