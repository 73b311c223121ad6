import { events as catalog } from '@multiwa/contracts';
import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';

export interface NewEvent {
  id: string;
  workspaceId: string;
  /** null where no profile is concerned: the event then counts in the workspace's own stream. */
  profileId: string | null;
  type: string;
  version: number;
  data: unknown;
  /** W3C trace context of the change, where it is traced. */
  traceparent?: string | null;
}

export interface AppendedEvent extends NewEvent {
  /** The profile's id, or else the workspace's: where `sequence` counts. */
  stream: string;
  /** Contiguous within the stream, from 1. */
  sequence: number;
  /**
   * Rises with `sequence` within a stream. Between streams it is no order of commits, so no cursor:
   * a smaller position may become visible later than a greater one.
   */
  position: bigint;
  createdAt: Date;
}

type Appended = Pick<AppendedEvent, 'id' | 'sequence' | 'position' | 'createdAt'>;

/**
 * Locks the rows that count, making them where missing, and changes nothing else. The streams come sorted, so that
 * two batches wait for each other in the same order and never in a circle. An upsert locks even the rows which its
 * WHERE then leaves alone, so no dead row versions pile up.
 */
const LOCK_STREAMS = `
  INSERT INTO "EventSequence" AS s ("stream", "last")
  SELECT stream, 0 FROM unnest($1::text[]) WITH ORDINALITY AS wanted(stream, nth) ORDER BY nth
  ON CONFLICT ("stream") DO UPDATE SET "last" = s."last" WHERE false`;

/** Runs under the locks, with a snapshot younger than they are: it sees every event that an earlier holder committed. */
const APPEND = `
  WITH input AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::text[])
      WITH ORDINALITY AS i(id, workspace, profile, stream, type, version, data, traceparent, nth)
  ), fresh AS (
    SELECT input.*, row_number() OVER (PARTITION BY stream ORDER BY nth)::int AS step
    FROM input WHERE NOT EXISTS (SELECT 1 FROM "Event" e WHERE e."id" = input.id)
  ), advanced AS (
    UPDATE "EventSequence" s SET "last" = s."last" + grown.by
    FROM (SELECT stream, count(*)::int AS by FROM fresh GROUP BY stream) AS grown
    WHERE s."stream" = grown.stream
    RETURNING s."stream", s."last" - grown.by AS base
  )
  INSERT INTO "Event" ("id", "workspaceId", "profileId", "stream", "sequence", "type", "version", "data",
    "traceparent")
  SELECT id, workspace, profile, fresh.stream, base + step, type, version, data, traceparent
  FROM fresh JOIN advanced ON advanced."stream" = fresh.stream ORDER BY nth
  RETURNING "id", "sequence", "position", "createdAt"`;

/**
 * Writes events in the transaction of the change they tell, each with the next sequence of its stream (promise 5).
 * Returns those that are new, in the order given. An id that exists already (a fact seen twice) takes no sequence and
 * is left out. Until the transaction ends, others wait who append to the same streams: call it last, and once for all
 * events of a transaction; two calls in one transaction may meet another's in a circle, which `transaction` repeats.
 */
export async function appendEvents(tx: pg.PoolClient, events: readonly NewEvent[]): Promise<AppendedEvent[]> {
  const byId = new Map<string, NewEvent>();
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event);
  const unique = [...byId.values()];
  if (unique.length === 0) return [];
  unique.forEach(requireCatalogued);
  await execute(tx, 'events_lock_streams', LOCK_STREAMS, [[...new Set(unique.map(streamOf))].sort()]);
  const rows = await query<Appended>(tx, 'events_append', APPEND, [
    unique.map(({ id }) => id),
    unique.map(({ workspaceId }) => workspaceId),
    unique.map(({ profileId }) => profileId),
    unique.map(streamOf),
    unique.map(({ type }) => type),
    unique.map(({ version }) => version),
    unique.map(({ data }) => JSON.stringify(data)),
    unique.map(({ traceparent }) => traceparent ?? null),
  ]);
  const appended = new Map(rows.map((row) => [row.id, row]));
  return unique.flatMap((event) => {
    const row = appended.get(event.id);
    return row ? [{ ...event, ...row, stream: streamOf(event) }] : [];
  });
}

/** What customers can see is described to them first: nothing else becomes a row, and so nothing else is announced. */
function requireCatalogued({ type, version }: NewEvent): void {
  const row: { version: number } | undefined = Object.hasOwn(catalog, type)
    ? catalog[type as keyof typeof catalog]
    : undefined;
  if (row?.version !== version) throw new Error(`The catalog of events has no ${type} in version ${version}.`);
}

function streamOf({ profileId, workspaceId }: NewEvent): string {
  return profileId ?? workspaceId;
}

const TAKE_UNPUBLISHED = `
  SELECT "id", "workspaceId", "profileId", "stream", "sequence", "position", "type", "version", "data", "createdAt",
    "traceparent"
  FROM "Event" WHERE "publishedAt" IS NULL ORDER BY "position" LIMIT $1`;

/**
 * The oldest events that are recorded but not announced, in order within each stream. Nothing is claimed: two replicas
 * may take the same ones, which the bus tells by the event's id. A failed announcement must hold back the later
 * events of its stream.
 */
export function takeUnpublished(executor: Executor, limit: number): Promise<AppendedEvent[]> {
  return query<AppendedEvent>(executor, 'events_take_unpublished', TAKE_UNPUBLISHED, [limit]);
}

const MARK_PUBLISHED = `UPDATE "Event" SET "publishedAt" = now() WHERE "id" = ANY($1) AND "publishedAt" IS NULL`;

/** Notes that the bus confirmed these events. */
export async function markPublished(executor: Executor, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await execute(executor, 'events_mark_published', MARK_PUBLISHED, [ids]);
}
