import type { Database } from '../client.js';
import { type Executor, execute, query } from '../query.js';

// Old rows go in small transactions, so that nobody waits for them.

const EVENTS = `
  DELETE FROM "Event" WHERE "id" IN (
    SELECT "id" FROM "Event" WHERE "publishedAt" < now() - $1 * interval '1 millisecond'
    ORDER BY "publishedAt" LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Deletes announced events that are older; returns how many. */
export function pruneEvents(executor: Executor, olderThanMs: number, limit: number): Promise<number> {
  return execute(executor, 'prune_events', EVENTS, [olderThanMs, limit]);
}

const DELIVERIES = `
  SELECT d."id" FROM "WebhookEndpoint" e CROSS JOIN LATERAL (
    SELECT "id" FROM "WebhookDelivery"
    WHERE "endpointId" = e."id" AND "createdAt" < now() - $1 * interval '1 millisecond' AND "status" <> 'PENDING'
    ORDER BY "createdAt" LIMIT $2 FOR UPDATE SKIP LOCKED) d
  LIMIT $2`;
const DELETE_ATTEMPTS = `DELETE FROM "WebhookAttempt" WHERE "deliveryId" = ANY($1)`;
const DELETE_DELIVERIES = `DELETE FROM "WebhookDelivery" WHERE "id" = ANY($1)`;

/** Deletes deliveries that are older and have ended, with their bodies and attempts; returns how many. */
export function pruneDeliveries(
  { transaction }: Pick<Database, 'transaction'>,
  olderThanMs: number,
  limit: number,
): Promise<number> {
  return transaction(async (tx) => {
    const rows = await query<{ id: string }>(tx, 'prune_deliveries_find', DELIVERIES, [olderThanMs, limit]);
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await execute(tx, 'prune_attempts', DELETE_ATTEMPTS, [ids]);
    return execute(tx, 'prune_deliveries', DELETE_DELIVERIES, [ids]);
  });
}

const IDEMPOTENCY = `
  DELETE FROM "IdempotencyRecord" WHERE ("workspaceId", "key") IN (
    SELECT "workspaceId", "key" FROM "IdempotencyRecord" WHERE "createdAt" < now() - $1 * interval '1 millisecond'
    ORDER BY "createdAt" LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Forgets answers to requests that are older; returns how many. */
export function pruneIdempotency(executor: Executor, olderThanMs: number, limit: number): Promise<number> {
  return execute(executor, 'prune_idempotency', IDEMPOTENCY, [olderThanMs, limit]);
}
