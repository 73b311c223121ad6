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
}

export interface DeliveryFilter {
  status?: DeliveryStatus;
  eventId?: string;
}

// The time is the database's, as that of events is: the two are compared.
const CREATE = `
  INSERT INTO "WebhookEndpoint"
    ("id", "workspaceId", "profileId", "url", "eventTypes", "enabled", "secretKeyId", "secretCipher", "createdAt", "updatedAt")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())
  ON CONFLICT ("id") DO NOTHING`;
const LOCK = `
  SELECT "id" FROM "WebhookEndpoint" WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL FOR UPDATE`;
const RESEND = `
  UPDATE "WebhookDelivery" SET "status" = 'PENDING', "nextAttemptAt" = now(), "endedAt" = NULL
  WHERE "id" = $1 AND "endpointId" = $2 AND "workspaceId" = $3 AND "status" <> 'CANCELLED'`;

/** What customers do with webhook endpoints and see of their deliveries. */
export function webhooksRepository({ prisma, pool, transaction }: Database) {
  const find = (workspaceId: string, id: string) =>
    prisma.webhookEndpoint.findUnique({ where: { id, workspaceId, deletedAt: null } });

  return {
    find,

    /** Repeating it with the same id gives the row that is there. */
    async create(endpoint: NewEndpoint): Promise<WebhookEndpoint | null> {
      const { id, workspaceId, profileId, url, eventTypes, enabled, secretKeyId, secretCipher } = endpoint;
      const values = [id, workspaceId, profileId, url, eventTypes, enabled, secretKeyId, Buffer.from(secretCipher)];
      await execute(pool, 'webhooks_create', CREATE, values);
      return find(workspaceId, id);
    },

    list(workspaceId: string, { take, after }: PageRequest) {
      const where = { workspaceId, deletedAt: null, ...behind(after) };
      return prisma.webhookEndpoint.findMany({ where, orderBy: newestFirst, take });
    },

    async update(
      workspaceId: string,
      id: string,
      change: Partial<Pick<NewEndpoint, 'url' | 'eventTypes' | 'enabled'>> & { disabledReason?: null },
    ) {
      const where = { id, workspaceId, deletedAt: null };
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
      { take, after, status, eventId }: PageRequest & DeliveryFilter,
    ) {
      const where = { ...scope, status, eventId, ...behind(after) };
      return prisma.webhookDelivery.findMany({ where, orderBy: newestFirst, take });
    },

    findDelivery(scope: { workspaceId: string; endpointId: string }, id: string) {
      return prisma.webhookDelivery.findUnique({
        where: { id, ...scope },
        include: { attempts: { orderBy: { number: 'asc' } } },
      });
    },

    /** Makes a delivery due now, whatever became of it before; false for one that is missing or was cancelled. */
    async resend({ workspaceId, endpointId }: { workspaceId: string; endpointId: string }, id: string) {
      return (await execute(pool, 'webhooks_resend', RESEND, [id, endpointId, workspaceId])) > 0;
    },
  };
}
export type WebhooksRepository = ReturnType<typeof webhooksRepository>;
