import { type Executor, query } from '../query.js';

/** A profile's queue is read from the index of what waits: its history costs nothing. `atMost` bounds the work. */
const COUNT = `
  SELECT p.id AS "profileId", (
    SELECT count(*)::int FROM (
      SELECT 1 FROM "Message" m WHERE m."profileId" = p.id AND m."status" = 'QUEUED' LIMIT $2) AS waiting) AS "depth"
  FROM unnest($1::text[]) AS p(id)`;

/** How many accepted messages of each profile wait to be sent, counted up to `atMost`. */
export async function countQueued(
  executor: Executor,
  profileIds: readonly string[],
  atMost: number,
): Promise<Map<string, number>> {
  type Row = { profileId: string; depth: number };
  const rows = await query<Row>(executor, 'queue_count', COUNT, [profileIds, atMost]);
  return new Map(rows.map(({ profileId, depth }) => [profileId, depth]));
}

export interface QueueState {
  depth: number;
  oldestAt: Date | null;
}

const STATE = `
  SELECT count(*)::int AS "depth", min("createdAt") AS "oldestAt" FROM "Message"
  WHERE "profileId" = $1 AND "status" = 'QUEUED'`;

/** The whole queue of one profile. */
export async function readQueue(executor: Executor, profileId: string): Promise<QueueState> {
  const [row] = await query<QueueState>(executor, 'queue_state', STATE, [profileId]);
  return row ?? { depth: 0, oldestAt: null };
}

export interface QueueTotals {
  queued: number;
  oldestSeconds: number;
  /** Profiles whose health is RESTRICTED. */
  restricted: number;
}

const TOTALS = `
  SELECT count(*)::int AS "queued", coalesce(extract(epoch FROM now() - min("createdAt")), 0)::float8 AS "oldestSeconds",
    (SELECT count(*)::int FROM "Profile" WHERE "health" = 'RESTRICTED' AND "deletedAt" IS NULL) AS "restricted"
  FROM "Message" WHERE "status" = 'QUEUED'`;

/** The queues of all profiles together. */
export async function readQueueTotals(executor: Executor): Promise<QueueTotals> {
  const [row] = await query<QueueTotals>(executor, 'queue_totals', TOTALS);
  return row ?? { queued: 0, oldestSeconds: 0, restricted: 0 };
}
