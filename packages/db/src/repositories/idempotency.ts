import type { Database } from '../client.js';
import type { Prisma } from '../generated/client.js';
import { query } from '../query.js';

/** A request whose answer never came: after this long it counts as crashed, and a repetition takes it over. */
const abandonedAfterMs = 60_000;

export interface IdempotentRequest {
  workspaceId: string;
  key: string;
  requestHash: string;
}

export type Reservation =
  /** Go ahead; what is created takes this id, so that taking over after a crash creates nothing twice. */
  | { outcome: 'proceed'; resourceId: string }
  | { outcome: 'answered'; status: number; body: unknown }
  | { outcome: 'reused' }
  | { outcome: 'in_progress' };

const RESERVE = `
  INSERT INTO "IdempotencyRecord" AS r ("workspaceId", "key", "requestHash", "body")
  VALUES ($1, $2, $3, jsonb_build_object('resourceId', $4::text))
  ON CONFLICT ("workspaceId", "key") DO UPDATE SET "createdAt" = now()
  WHERE r."status" IS NULL AND r."requestHash" = excluded."requestHash"
    AND r."createdAt" < now() - $5 * interval '1 millisecond'
  RETURNING r."body"->>'resourceId' AS "resourceId"`;

/** First answers of requests that carried an Idempotency-Key (sends keep theirs on the message). */
export function idempotencyRepository({ prisma, pool }: Database) {
  return {
    /** Claims a key for this request, or tells what became of the first one. */
    async reserve({ workspaceId, key, requestHash }: IdempotentRequest, newId: string): Promise<Reservation> {
      const values = [workspaceId, key, requestHash, newId, abandonedAfterMs];
      const [claimed] = await query<{ resourceId: string }>(pool, 'idempotency_reserve', RESERVE, values);
      if (claimed) return { outcome: 'proceed', resourceId: claimed.resourceId };
      const first = await prisma.idempotencyRecord.findUnique({ where: { workspaceId_key: { workspaceId, key } } });
      if (!first) return { outcome: 'in_progress' };
      if (first.requestHash !== requestHash) return { outcome: 'reused' };
      if (first.status === null) return { outcome: 'in_progress' };
      return { outcome: 'answered', status: first.status, body: first.body };
    },

    async answer({ workspaceId, key }: IdempotentRequest, status: number, body: Prisma.InputJsonValue): Promise<void> {
      await prisma.idempotencyRecord.updateMany({ where: { workspaceId, key }, data: { status, body } });
    },

    /** Nothing was done: the key may be used for a corrected request. */
    async release({ workspaceId, key }: IdempotentRequest): Promise<void> {
      await prisma.idempotencyRecord.deleteMany({ where: { workspaceId, key, status: null } });
    },
  };
}
export type IdempotencyRepository = ReturnType<typeof idempotencyRepository>;
