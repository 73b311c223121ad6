import type pg from 'pg';
import type { Database } from '../client.js';
import type { WebhookEndpoint } from '../generated/client.js';
import type { DeliveryStatus } from '../generated/enums.js';
import { execute, query } from '../query.js';
import { type AppendedEvent, appendEvents, type NewEvent } from './events.js';
import { behind, newestFirst, type PageRequest } from './page.js';
import { type NewSecret, reconcileProfileEndpoints, removeEndpoint } from './webhook-endpoints.js';

export interface NewEndpoint {
  id: string;
  workspaceId: string;
  profileId: string | null;
  url: string;
  eventTypes: string[];
  enabled: boolean;
  secretKeyId: string;
  secretCipher: Uint8Array<ArrayBuffer>;
  headerNames: string[];
  maxConcurrency: number;
  ordered: boolean;
}

/** What a change of an endpoint may set. */
export type EndpointChange = Partial<
  Omit<NewEndpoint, 'id' | 'workspaceId' | 'profileId'> & {
    disabledReason: null;
    failingSince: null;
    previousSecretUntil: Date | null;
  }
>;

export interface DeliveryFilter {
  status?: DeliveryStatus;
  eventId?: string;
  eventType?: string;
  chat?: string;
  createdAfter?: string;
  createdBefore?: string;
}

// The time is the database's, as that of events is: the two are compared.
const CREATE = `
  INSERT INTO "WebhookEndpoint"
    ("id", "workspaceId", "profileId", "url", "eventTypes", "enabled", "secretKeyId", "secretCipher", "headerNames",
     "maxConcurrency", "ordered", "createdAt", "updatedAt")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())
  ON CONFLICT ("id") DO NOTHING`;
const LOCK = `
  SELECT "id" FROM "WebhookEndpoint" WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL FOR UPDATE`;
const RESEND = `
  UPDATE "WebhookDelivery" SET "status" = 'PENDING', "nextAttemptAt" = now(), "endedAt" = NULL
  WHERE "id" = $1 AND "endpointId" = $2 AND "workspaceId" = $3 AND "status" <> 'CANCELLED'`;
const HURRY = `
  UPDATE "WebhookDelivery" SET "nextAttemptAt" = now()
  WHERE "endpointId" = $1 AND "status" = 'PENDING' AND "nextAttemptAt" > now()
    AND ("claimedUntil" IS NULL OR "claimedUntil" < now())`;

/** What customers do with webhook endpoints and see of their deliveries. */
export function webhooksRepository({ prisma, pool, transaction }: Database) {
  const find = (workspaceId: string, id: string) =>
    prisma.webhookEndpoint.findUnique({ where: { id, workspaceId, deletedAt: null } });

  return {
    find,

    /** Repeating it with the same id gives the row that is there. */
    async create(endpoint: NewEndpoint): Promise<WebhookEndpoint | null> {
      const { id, workspaceId, profileId, url, eventTypes, enabled, secretKeyId, secretCipher } = endpoint;
      const { headerNames, maxConcurrency, ordered } = endpoint;
      const sealed = [secretKeyId, Buffer.from(secretCipher)];
      const how = [headerNames, maxConcurrency, ordered];
      const values = [id, workspaceId, profileId, url, eventTypes, enabled, ...sealed, ...how];
      await execute(pool, 'webhooks_create', CREATE, values);
      return find(workspaceId, id);
    },

    list(workspaceId: string, { take, after }: PageRequest) {
      const where = { workspaceId, deletedAt: null, ...behind(after) };
      return prisma.webhookEndpoint.findMany({ where, orderBy: newestFirst, take });
    },

    /** With `sealedAs`, only while the endpoint still holds what was opened to make the change. */
    async update(workspaceId: string, id: string, change: EndpointChange, sealedAs?: Uint8Array<ArrayBuffer>) {
      const where = { id, workspaceId, deletedAt: null, secretCipher: sealedAs };
      const [row] = await prisma.webhookEndpoint.updateManyAndReturn({ where, data: change });
      return row ?? null;
    },

    delete(workspaceId: string, id: string): Promise<boolean> {
      return transaction(async (tx: pg.PoolClient) => {
        if ((await query(tx, 'webhooks_lock', LOCK, [id, workspaceId])).length === 0) return false;
        await removeEndpoint(tx, id);
        return true;
      });
    },

    /** Brings the endpoints that stand for a profile's webhookUrl in line, so that lists show them at once. */
    reconcile: (workspaceId: string, newSecret: NewSecret) =>
      transaction((tx) => reconcileProfileEndpoints(tx, { workspaceId }, newSecret)),

    /** Records an event that concerns an endpoint. */
    record: (event: NewEvent): Promise<AppendedEvent[]> => transaction((tx) => appendEvents(tx, [event])),

    listDeliveries(
      scope: { workspaceId: string; endpointId: string },
      { take, after, status, eventId, eventType, chat, createdAfter, createdBefore }: PageRequest & DeliveryFilter,
    ) {
      const createdAt = { gte: createdAfter, lt: createdBefore };
      const where = {
        AND: [{ ...scope, status, eventId, chat, createdAt }, typeFilter(eventType), behind(after) ?? {}],
      };
      return prisma.webhookDelivery.findMany({ where, orderBy: newestFirst, take });
    },

    findDelivery(scope: { workspaceId: string; endpointId: string }, id: string) {
      return prisma.webhookDelivery.findUnique({
        where: { id, ...scope },
        include: { attempts: { orderBy: { number: 'asc' } } },
      });
    },

    /** Makes everything that waits for its next attempt due now, for an endpoint that works again. */
    async hurry(endpointId: string): Promise<void> {
      await execute(pool, 'webhooks_hurry', HURRY, [endpointId]);
    },

    /** Makes a delivery due now, whatever became of it before; false for one that is missing or was cancelled. */
    async resend({ workspaceId, endpointId }: { workspaceId: string; endpointId: string }, id: string) {
      return (await execute(pool, 'webhooks_resend', RESEND, [id, endpointId, workspaceId])) > 0;
    },
  };
}
function typeFilter(filter: string | undefined) {
  if (filter === undefined || filter === '*') return {};
  return { eventType: filter.endsWith('.*') ? { startsWith: filter.slice(0, -1) } : filter };
}
export type WebhooksRepository = ReturnType<typeof webhooksRepository>;
