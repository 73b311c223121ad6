import type pg from 'pg';
import type { Database } from '../client.js';
import { type Executor, execute, query } from '../query.js';
import type { AppendedEvent } from './events.js';
import type { EndpointFilter } from './webhook-endpoints.js';

export interface ReplayAsked {
  /** Events in that time that are kept. */
  events: number;
  oldestKept: Date | null;
}

const RANGE = `
  SELECT count(*)::int AS "events", min("position") - 1 AS "after", max("position") AS "upTo" FROM "Event"
  WHERE "workspaceId" = $1 AND "createdAt" >= $2`;
const OLDEST = `SELECT "createdAt" FROM "Event" WHERE "workspaceId" = $1 ORDER BY "position" LIMIT 1`;
const ASK = `
  UPDATE "WebhookEndpoint" SET "replayAfter" = least("replayAfter", $3), "replayUpTo" = greatest("replayUpTo", $4)
  WHERE "id" = $1 AND "workspaceId" = $2`;

/** Asks for the events since a time to be delivered to an endpoint again. Two wishes at a time become the wider one. */
export function askReplay(
  { transaction }: Pick<Database, 'transaction'>,
  { workspaceId, endpointId, since }: { workspaceId: string; endpointId: string; since: Date },
): Promise<ReplayAsked> {
  return transaction(async (tx) => {
    const [range] = await query<{ events: number; after: bigint | null; upTo: bigint | null }>(
      tx,
      'replays_range',
      RANGE,
      [workspaceId, since],
    );
    const [oldest] = await query<{ createdAt: Date }>(tx, 'replays_oldest', OLDEST, [workspaceId]);
    if (range?.after != null && range.upTo != null) {
      await execute(tx, 'replays_ask', ASK, [endpointId, workspaceId, range.after, range.upTo]);
    }
    return { events: range?.events ?? 0, oldestKept: oldest?.createdAt ?? null };
  });
}

export interface Replay extends EndpointFilter {
  replayAfter: bigint;
  replayUpTo: bigint;
}

const WAITING = `
  SELECT "id", "workspaceId", "profileId", "eventTypes", "ordered", "createdAt", "replayAfter", "replayUpTo"
  FROM "WebhookEndpoint" WHERE "replayAfter" IS NOT NULL AND "enabled" AND "deletedAt" IS NULL
  ORDER BY "id" LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`;

/** One endpoint that waits for events to be sent again, locked against other replicas. */
export async function takeReplay(tx: pg.PoolClient): Promise<Replay | undefined> {
  return (await query<Replay>(tx, 'replays_take', WAITING))[0];
}

const EVENTS = `
  SELECT "id", "workspaceId", "profileId", "stream", "sequence", "position", "type", "version", "data", "createdAt",
    "traceparent"
  FROM "Event" WHERE "workspaceId" = $1 AND "position" > $2 AND "position" <= $3 AND "publishedAt" IS NOT NULL
  ORDER BY "position" LIMIT $4`;

/** The next events of a replay, as they were announced. */
export function eventsToReplay(executor: Executor, { workspaceId, replayAfter, replayUpTo }: Replay, limit: number) {
  return query<AppendedEvent>(executor, 'replays_events', EVENTS, [workspaceId, replayAfter, replayUpTo, limit]);
}

const MOVE = `UPDATE "WebhookEndpoint" SET "replayAfter" = $2 WHERE "id" = $1`;
const END = `UPDATE "WebhookEndpoint" SET "replayAfter" = NULL, "replayUpTo" = NULL WHERE "id" = $1`;

/** Notes how far a replay has come; null ends it. */
export async function moveReplay(tx: pg.PoolClient, endpointId: string, after: bigint | null): Promise<void> {
  if (after === null) await execute(tx, 'replays_end', END, [endpointId]);
  else await execute(tx, 'replays_move', MOVE, [endpointId, after]);
}
