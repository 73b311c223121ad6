import type pg from 'pg';
import type { DeliveryStatus } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';

export interface NewDelivery {
  id: string;
  workspaceId: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  chat: string | null;
  /** Set where deliveries with the same one go one after the other, by `sequence`. */
  orderKey: string | null;
  sequence: number;
  /** Fixed here: every attempt sends the same bytes. */
  body: string;
  /** W3C trace context of the event's announcement, where it is traced. */
  traceparent?: string | null;
}

const insert = (onConflict: string) => `
  INSERT INTO "WebhookDelivery" AS d ("id", "workspaceId", "endpointId", "eventId", "eventType", "chat", "orderKey", "sequence",
    "body", "nextAttemptAt", "traceparent")
  SELECT "id", "workspaceId", "endpointId", "eventId", "eventType", "chat", "orderKey", "sequence", "body", now(), "traceparent"
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "workspaceId" text, "endpointId" text, "eventId" text,
    "eventType" text, "chat" text, "orderKey" text, "sequence" int, "body" text, "traceparent" text)
  ORDER BY "endpointId", "eventId"
  ON CONFLICT ("endpointId", "eventId") ${onConflict}`;

const INSERT = insert('DO NOTHING');
const INSERT_OR_REPEAT = insert(`DO UPDATE SET "status" = 'PENDING', "nextAttemptAt" = now(), "endedAt" = NULL
  WHERE d."status" IN ('DELIVERED', 'FAILED')`);

/** Makes deliveries, due at once; one for an endpoint and event that has one already is left out. */
export async function insertDeliveries(executor: Executor, rows: readonly NewDelivery[]): Promise<number> {
  return rows.length === 0 ? 0 : execute(executor, 'deliveries_insert', INSERT, [JSON.stringify(rows)]);
}

/** The same, but those that are there and have ended become due again, with the body that they have. */
export async function repeatDeliveries(executor: Executor, rows: readonly NewDelivery[]): Promise<number> {
  return rows.length === 0 ? 0 : execute(executor, 'deliveries_repeat', INSERT_OR_REPEAT, [JSON.stringify(rows)]);
}

const DUE_ENDPOINTS = `
  SELECT e."id" FROM "WebhookEndpoint" e
  WHERE e."enabled" AND e."deletedAt" IS NULL AND EXISTS (
    SELECT 1 FROM "WebhookDelivery" d
    WHERE d."endpointId" = e."id" AND d."status" = 'PENDING' AND d."nextAttemptAt" <= now())`;

/** The endpoints that something is due for. */
export async function endpointsWithDue(executor: Executor): Promise<string[]> {
  return (await query<{ id: string }>(executor, 'deliveries_due_endpoints', DUE_ENDPOINTS)).map(({ id }) => id);
}

export interface ClaimedDelivery {
  id: string;
  workspaceId: string;
  endpointId: string;
  /** The endpoint's. */
  profileId: string | null;
  eventId: string;
  eventType: string;
  body: string;
  attemptCount: number;
  url: string;
  previousSecretUntil: Date | null;
  failingSince: Date | null;
  maxConcurrency: number;
  secretKeyId: string;
  secretCipher: Buffer;
  traceparent: string | null;
}

// Of an ordered endpoint only the first of each chat: what is claimed is still PENDING, so the next one waits for it.
const CLAIM = `
  WITH room AS (
    SELECT least($2, e."maxConcurrency" - (
      SELECT count(*) FROM "WebhookDelivery" d
      WHERE d."endpointId" = $1 AND d."status" = 'PENDING' AND d."nextAttemptAt" > now() AND d."claimedUntil" > now()
        AND d."claimedBy" <> $3))::int AS "left"
    FROM "WebhookEndpoint" e WHERE e."id" = $1
  ), due AS (
    SELECT d."id" FROM "WebhookDelivery" d
    WHERE d."endpointId" = $1 AND d."status" = 'PENDING' AND d."nextAttemptAt" <= now()
      AND (d."orderKey" IS NULL OR NOT EXISTS (
        SELECT 1 FROM "WebhookDelivery" earlier
        WHERE earlier."endpointId" = $1 AND earlier."orderKey" = d."orderKey" AND earlier."status" = 'PENDING'
          AND earlier."sequence" < d."sequence"))
    ORDER BY d."nextAttemptAt", d."id" LIMIT (SELECT greatest("left", 0) FROM room)
    FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE "WebhookDelivery" d
  SET "claimedBy" = $3, "claimedUntil" = now() + $4 * interval '1 millisecond',
    "nextAttemptAt" = now() + $4 * interval '1 millisecond'
  FROM due, "WebhookEndpoint" e
  WHERE d."id" = due."id" AND e."id" = $1 AND e."enabled" AND e."deletedAt" IS NULL
  RETURNING d."id", d."workspaceId", d."endpointId", e."profileId", d."eventId", d."eventType", d."body",
    d."attemptCount", e."url", e."previousSecretUntil", e."failingSince", e."maxConcurrency", e."secretKeyId", e."secretCipher", d."traceparent"`;

/**
 * Takes due deliveries of one endpoint, the oldest first. Other replicas pass them by until the claim runs out, which
 * is when a crashed one's come again.
 */
export async function claimDeliveries(
  executor: Executor,
  { endpointId, limit, claimedBy, claimMs }: { endpointId: string; limit: number; claimedBy: string; claimMs: number },
): Promise<ClaimedDelivery[]> {
  const rows = await query<ClaimedDelivery>(executor, 'deliveries_claim', CLAIM, [
    endpointId,
    limit,
    claimedBy,
    claimMs,
  ]);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

export interface FinishedAttempt {
  deliveryId: string;
  status: DeliveryStatus;
  /** How long to wait for the next attempt; null when there is none. */
  retryInMs: number | null;
  startedAt: Date;
  durationMs: number;
  responseStatus: number | null;
  responseBody: string | null;
  errorCode: string | null;
}

const FINISH = `
  WITH ended AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS r("deliveryId" text, "status" "DeliveryStatus", "retryInMs" int,
      "startedAt" timestamp, "durationMs" int, "responseStatus" int, "responseBody" text, "errorCode" text)
  ), done AS (
    UPDATE "WebhookDelivery" d
    SET "status" = e."status", "attemptCount" = d."attemptCount" + 1,
      "nextAttemptAt" = now() + e."retryInMs" * interval '1 millisecond',
      "endedAt" = CASE WHEN e."status" = 'PENDING' THEN NULL ELSE now() END,
      "claimedBy" = NULL, "claimedUntil" = NULL
    FROM ended e WHERE d."id" = e."deliveryId" AND d."claimedBy" = $1
    RETURNING d."id", d."attemptCount"
  )
  INSERT INTO "WebhookAttempt" ("deliveryId", "number", "startedAt", "durationMs", "responseStatus", "responseBody",
    "errorCode")
  SELECT d."id", d."attemptCount", e."startedAt", e."durationMs", e."responseStatus", e."responseBody", e."errorCode"
  FROM done d JOIN ended e ON e."deliveryId" = d."id"`;

/**
 * Records an attempt of each of these deliveries, and what follows from it; one whose claim had run out, so that another
 * replica has taken over, is left out.
 */
export async function finishAttempts(
  executor: Executor,
  claimedBy: string,
  attempts: readonly FinishedAttempt[],
): Promise<void> {
  await execute(executor, 'deliveries_finish', FINISH, [claimedBy, JSON.stringify(attempts)]);
}

/** The role (see tryToLead) that a replica holds for as long as it lives and claims. */
export function claimantRole(claimedBy: string): string {
  return `webhooks of ${claimedBy}`;
}

const FREE_DEAD = `
  UPDATE "WebhookDelivery" SET "nextAttemptAt" = now(), "claimedBy" = NULL, "claimedUntil" = NULL
  WHERE "status" = 'PENDING' AND "id" IN (
    SELECT d."id" FROM "WebhookEndpoint" e CROSS JOIN LATERAL (
      SELECT "id", "claimedBy" FROM "WebhookDelivery"
      WHERE "endpointId" = e."id" AND "status" = 'PENDING' AND "nextAttemptAt" > now() AND "claimedUntil" > now()
      LIMIT 1000) d
    WHERE e."enabled" AND e."deletedAt" IS NULL AND NOT EXISTS (
      SELECT 1 FROM pg_locks l
      WHERE l."locktype" = 'advisory' AND l."granted" AND l."objsubid" = 1
        AND (l."classid"::bigint << 32 | l."objid"::bigint) = hashtextextended('multiwa:webhooks of ' || d."claimedBy", 0)))`;

/** Makes what dead replicas had claimed due again, instead of waiting for their claims to run out; returns how many. */
export function freeDeadClaims(executor: Executor): Promise<number> {
  return execute(executor, 'deliveries_free_dead', FREE_DEAD);
}

const GIVE_BACK = `
  UPDATE "WebhookDelivery" SET "nextAttemptAt" = now(), "claimedBy" = NULL, "claimedUntil" = NULL
  WHERE "id" = ANY($1) AND "claimedBy" = $2 AND "status" = 'PENDING'`;

/** Makes claimed deliveries due again, their attempts uncounted. */
export async function giveBackDeliveries(executor: Executor, claimedBy: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await execute(executor, 'deliveries_give_back', GIVE_BACK, [ids, claimedBy]);
}

const DISABLE = `
  UPDATE "WebhookEndpoint" SET "enabled" = false, "disabledReason" = $2, "updatedAt" = now()
  WHERE "id" = $1 AND "enabled" AND "deletedAt" IS NULL`;

const NOTE_FAILURE = `
  UPDATE "WebhookEndpoint" SET "failingSince" = coalesce("failingSince", $2::timestamp)
  WHERE "id" = $1 AND "deletedAt" IS NULL RETURNING "failingSince" < now() - $3 * interval '1 millisecond' AS "hopeless"`;
const NOTE_SUCCESS = `UPDATE "WebhookEndpoint" SET "failingSince" = NULL WHERE "id" = $1 AND "failingSince" IS NOT NULL`;

/** Notes a failure. @returns whether the endpoint has only failed for `forMs` */
export async function noteFailure(tx: pg.PoolClient, id: string, at: Date, forMs: number): Promise<boolean> {
  const [row] = await query<{ hopeless: boolean }>(tx, 'webhooks_note_failure', NOTE_FAILURE, [id, at, forMs]);
  return row?.hopeless ?? false;
}

/** Notes that the endpoint works. */
export async function noteSuccess(tx: pg.PoolClient, id: string): Promise<void> {
  await execute(tx, 'webhooks_note_success', NOTE_SUCCESS, [id]);
}

/** Stops an endpoint; what it was still to get waits until it is enabled again. False when it was stopped already. */
export async function disableEndpoint(tx: pg.PoolClient, id: string, reason: string): Promise<boolean> {
  return (await execute(tx, 'webhooks_disable', DISABLE, [id, reason])) > 0;
}
