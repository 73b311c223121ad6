import type { BroadcastFrozen, RecipientStatus } from '@multiwa/contracts';
import type pg from 'pg';
import type { Database } from '../client.js';
import type { Broadcast, BroadcastRecipient, Prisma } from '../generated/client.js';
import type { BroadcastStatus } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface NewBroadcast {
  id: string;
  workspaceId: string;
  profileId: string;
  name: string;
  content: unknown;
  audience: unknown;
  pace: unknown;
}

/** What may change while a broadcast is a draft, and what its states bring with them. */
export type BroadcastChange = Partial<
  Pick<NewBroadcast, 'name' | 'content' | 'audience' | 'pace'> & {
    status: BroadcastStatus;
    scheduledAt: Date | null;
    startedAt: Date;
    endedAt: Date;
    failureCode: string;
    /** As in the contracts; null when nothing is held back. */
    frozen: BroadcastFrozen | null;
  }
>;

export interface BroadcastFilter {
  profileId?: string;
  status?: BroadcastStatus;
}

/** How many recipients have each status; a status that none has is left out. */
export type RecipientCounts = Partial<Record<RecipientStatus, number>>;

const CREATE = `
  INSERT INTO "Broadcast" ("id", "workspaceId", "profileId", "name", "content", "audience", "pace", "updatedAt")
  VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT ("id") DO NOTHING RETURNING "id"`;
const LOCK = `SELECT * FROM "Broadcast" WHERE "id" = $1 AND "workspaceId" = $2 FOR NO KEY UPDATE`;
const COUNT = `
  SELECT "broadcastId", "status", count(*)::int AS count FROM "BroadcastRecipient"
  WHERE "broadcastId" = ANY($1) GROUP BY "broadcastId", "status"`;
const DELETE_RECIPIENTS = `DELETE FROM "BroadcastRecipient" WHERE "broadcastId" = $1`;
const DELETE = `DELETE FROM "Broadcast" WHERE "id" = $1`;

/** Broadcasts of workspaces and the people they go to. */
export function broadcastsRepository({ prisma, pool, transaction }: Database) {
  return {
    /**
     * Stores a draft; `addRecipients` runs in the same transaction. Repeating it with the same id changes nothing.
     * A foreign key violation tells that there is no such profile.
     */
    create(broadcast: NewBroadcast, addRecipients: (tx: pg.PoolClient) => Promise<void>): Promise<Broadcast | null> {
      return transaction(async (tx) => {
        const { id, workspaceId, profileId, name, content, audience, pace } = broadcast;
        const values = [id, workspaceId, profileId, name, ...[content, audience, pace].map((v) => JSON.stringify(v))];
        const made = await query<{ id: string }>(tx, 'broadcasts_create', CREATE, values);
        if (made.length > 0) await addRecipients(tx);
        return lockBroadcast(tx, workspaceId, id);
      });
    },

    list(workspaceId: string, { take, after, profileId, status }: PageRequest & BroadcastFilter) {
      const where = { workspaceId, profileId, status, ...behind(after) };
      return prisma.broadcast.findMany({ where, orderBy: newestFirst, take });
    },

    find(workspaceId: string, id: string) {
      return prisma.broadcast.findUnique({ where: { id, workspaceId } });
    },

    /** Counts of several broadcasts by one query. */
    counts: (ids: readonly string[]) => countRecipients(pool, ids),

    /** What the profiles have sent against their pace; a profile that never sent a broadcast is left out. */
    paces(profileIds: readonly string[]) {
      return prisma.profilePace.findMany({ where: { profileId: { in: [...profileIds] } } });
    },

    /** The recipients in their order, those after the one with the id `after`. */
    async listRecipients(
      broadcastId: string,
      { take, after, status }: { take: number; after?: string; status?: RecipientStatus },
    ): Promise<BroadcastRecipient[]> {
      const last = after && (await prisma.broadcastRecipient.findUnique({ where: { id: after, broadcastId } }));
      if (last === null) return [];
      const where: Prisma.BroadcastRecipientWhereInput = { broadcastId, status };
      if (last) where.position = { gt: last.position };
      return prisma.broadcastRecipient.findMany({ where, orderBy: { position: 'asc' }, take });
    },

    /**
     * Runs `work` with the broadcast locked, in one transaction; null when the workspace has none such. Whoever drives
     * the broadcast waits meanwhile, and sees the new state afterwards.
     */
    change<T>(
      workspaceId: string,
      id: string,
      work: (broadcast: Broadcast, tx: pg.PoolClient) => Promise<T>,
    ): Promise<T | null> {
      return transaction(async (tx) => {
        const broadcast = await lockBroadcast(tx, workspaceId, id);
        return broadcast && work(broadcast, tx);
      });
    },
  };
}
export type BroadcastsRepository = ReturnType<typeof broadcastsRepository>;

async function lockBroadcast(tx: pg.PoolClient, workspaceId: string, id: string): Promise<Broadcast | null> {
  return (await query<Broadcast>(tx, 'broadcasts_lock', LOCK, [id, workspaceId]))[0] ?? null;
}

const CHANGE = `
  UPDATE "Broadcast" b SET
    "name" = coalesce(c->>'name', b."name"),
    "content" = coalesce(c->'content', b."content"),
    "audience" = coalesce(c->'audience', b."audience"),
    "pace" = coalesce(c->'pace', b."pace"),
    "status" = coalesce((c->>'status')::"BroadcastStatus", b."status"),
    "scheduledAt" = CASE WHEN c ? 'scheduledAt' THEN (c->>'scheduledAt')::timestamp ELSE b."scheduledAt" END,
    "startedAt" = coalesce((c->>'startedAt')::timestamp, b."startedAt"),
    "endedAt" = coalesce((c->>'endedAt')::timestamp, b."endedAt"),
    "failureCode" = coalesce(c->>'failureCode', b."failureCode"),
    "frozen" = CASE WHEN c ? 'frozen' THEN nullif(c->'frozen', 'null'::jsonb) WHEN c ? 'status' THEN NULL ELSE b."frozen" END,
    "claimedBy" = CASE WHEN c ? 'status' THEN NULL ELSE b."claimedBy" END,
    "claimedUntil" = CASE WHEN c ? 'status' THEN NULL ELSE b."claimedUntil" END,
    "updatedAt" = now()
  FROM (SELECT $2::jsonb AS c) AS change WHERE b."id" = $1 RETURNING b.*`;

/** Changes a broadcast that this transaction holds. A new status ends the claim of whoever drove it. */
export async function changeBroadcast(tx: pg.PoolClient, id: string, change: BroadcastChange): Promise<Broadcast> {
  const [row] = await query<Broadcast>(tx, 'broadcasts_change', CHANGE, [id, JSON.stringify(change)]);
  if (!row) throw new Error(`broadcast ${id} is gone although it is locked`);
  return row;
}

/** Deletes a broadcast that this transaction holds, with its recipients. */
export async function deleteBroadcast(tx: pg.PoolClient, id: string): Promise<void> {
  await deleteRecipients(tx, id);
  await execute(tx, 'broadcasts_delete', DELETE, [id]);
}

/** Forgets all recipients of a draft. */
export async function deleteRecipients(tx: pg.PoolClient, broadcastId: string): Promise<void> {
  await execute(tx, 'broadcasts_delete_recipients', DELETE_RECIPIENTS, [broadcastId]);
}

/** Counts by status, of each of these broadcasts that has any recipient. */
export async function countRecipients(
  executor: Executor,
  broadcastIds: readonly string[],
): Promise<Map<string, RecipientCounts>> {
  type Row = { broadcastId: string; status: RecipientStatus; count: number };
  const counts = new Map<string, RecipientCounts>();
  for (const { broadcastId, status, count } of await query<Row>(executor, 'broadcasts_count', COUNT, [broadcastIds])) {
    counts.set(broadcastId, { ...counts.get(broadcastId), [status]: count });
  }
  return counts;
}
