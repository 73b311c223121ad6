import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';
import type { PersonNames } from './opt-outs.js';
import { hasWritten } from './warm-chats.js';

export interface NextRecipient {
  id: string;
  chat: string;
  variables: Record<string, string>;
}

const NEXT = `
  SELECT "id", "chat", "variables" FROM "BroadcastRecipient"
  WHERE "broadcastId" = $1 AND "status" = 'PENDING' ORDER BY "position" LIMIT 1`;
const NEXT_WARM = `
  SELECT r."id", r."chat", r."variables" FROM "BroadcastRecipient" r JOIN "Broadcast" b ON b."id" = r."broadcastId"
  WHERE r."broadcastId" = $1 AND r."status" = 'PENDING' AND ${hasWritten('b."profileId"', 'r."chat"')}
  ORDER BY r."position" LIMIT 1`;
/** What a pause or a restriction took back waits for no ack. */
const IN_FLIGHT = `
  SELECT count(*)::int AS waiting, count(*) FILTER (WHERE m."status" = 'QUEUED' OR m."sendAt" IS NOT NULL)::int AS sending FROM "BroadcastRecipient" r JOIN "Message" m ON m."id" = r."messageId"
  WHERE r."broadcastId" = $1 AND r."status" = 'ACCEPTED' AND m."status" IN ('QUEUED', 'SCHEDULED')`;
const ACCEPTED = `
  UPDATE "BroadcastRecipient" SET "status" = 'ACCEPTED', "messageId" = $2, "acceptedAt" = now(), "updatedAt" = now()
  WHERE "id" = $1`;

const PASS_OVER = `
  UPDATE "BroadcastRecipient" r SET "status" = 'OPTED_OUT', "reason" = 'opted_out', "updatedAt" = now()
  FROM "Broadcast" b
  WHERE r."id" = $1 AND b."id" = r."broadcastId" AND EXISTS (SELECT 1 FROM "OptOut" o
    WHERE o."workspaceId" = b."workspaceId" AND (o."phone" = ANY($2::text[]) OR o."lid" = $3))`;

/** Marks a recipient who has opted out since the broadcast was started; false for anybody else. */
export async function passOverOptedOut(
  tx: pg.PoolClient,
  recipientId: string,
  { phones, lid }: PersonNames,
): Promise<boolean> {
  return (await execute(tx, 'broadcast_pass_over', PASS_OVER, [recipientId, phones, lid])) > 0;
}

/** The first recipient that is still to be sent to. */
export async function nextRecipient(tx: pg.PoolClient, broadcastId: string): Promise<NextRecipient | undefined> {
  const [row] = await query<NextRecipient>(tx, 'broadcast_next', NEXT, [broadcastId]);
  return row;
}

/** The first recipient still to be sent to among those who have written to the profile. */
export async function nextWarmRecipient(tx: pg.PoolClient, broadcastId: string): Promise<NextRecipient | undefined> {
  const [row] = await query<NextRecipient>(tx, 'broadcast_next_warm', NEXT_WARM, [broadcastId]);
  return row;
}

export interface InFlight {
  /** Accepted messages of a broadcast that WhatsApp has not acknowledged. */
  waiting: number;
  /** The same without those that were taken back. */
  sending: number;
}

export async function countInFlight(tx: pg.PoolClient, broadcastId: string): Promise<InFlight> {
  const [row] = await query<InFlight>(tx, 'broadcast_in_flight', IN_FLIGHT, [broadcastId]);
  return row ?? { waiting: 0, sending: 0 };
}

/** Notes that a recipient has its message now; in the transaction that accepts it. */
export async function markAccepted(tx: pg.PoolClient, recipientId: string, messageId: string): Promise<void> {
  await execute(tx, 'broadcast_accepted', ACCEPTED, [recipientId, messageId]);
}

export interface ProfilePaceRow {
  day: string;
  sentToday: number;
  nextSendAt: Date;
}

const MAKE_PACE = `
  INSERT INTO "ProfilePace" ("profileId", "day", "sentToday", "nextSendAt") VALUES ($1, '', 0, now())
  ON CONFLICT ("profileId") DO NOTHING`;
const LOCK_PACE = `
  SELECT "day", "sentToday", "nextSendAt", clock_timestamp()::timestamp(3) AS "now"
  FROM "ProfilePace" WHERE "profileId" = $1 FOR UPDATE`;
const SAVE_PACE = `
  UPDATE "ProfilePace" SET "day" = $2, "sentToday" = $3, "nextSendAt" = $4 WHERE "profileId" = $1`;

/**
 * Holds what a profile has sent against its pace, with the database's time: all broadcasts and replicas take their
 * slots one after the other.
 */
export async function lockPace(tx: pg.PoolClient, profileId: string): Promise<ProfilePaceRow & { now: Date }> {
  type Row = ProfilePaceRow & { now: Date };
  const lock = () => query<Row>(tx, 'pace_lock', LOCK_PACE, [profileId]);
  let [row] = await lock();
  if (!row) {
    await execute(tx, 'pace_make', MAKE_PACE, [profileId]);
    [row] = await lock();
  }
  if (!row) throw new Error(`the pace of profile ${profileId} is gone although it was just made`);
  return row;
}

export async function savePace(tx: pg.PoolClient, profileId: string, pace: ProfilePaceRow): Promise<void> {
  await execute(tx, 'pace_save', SAVE_PACE, [profileId, pace.day, pace.sentToday, pace.nextSendAt]);
}

export interface RecipientNews {
  messageId: string;
  reason: string | null;
}

const ADVANCE = `
  UPDATE "BroadcastRecipient" r SET "status" = $3::"RecipientStatus", "reason" = n.reason, "updatedAt" = now()
  FROM unnest($1::text[], $2::text[]) AS n("messageId", reason)
  WHERE r."messageId" = n."messageId" AND r."status" = ANY($4::"RecipientStatus"[])`;

/** Raises the recipients of these messages to a status, those that have one of `from`; returns how many it raised. */
export function advanceRecipients(
  executor: Executor,
  news: readonly RecipientNews[],
  status: string,
  from: readonly string[],
): Promise<number> {
  const values = [news.map(({ messageId }) => messageId), news.map(({ reason }) => reason), status, from];
  return execute(executor, 'broadcast_advance', ADVANCE, values);
}

const CATCH_UP = `
  UPDATE "BroadcastRecipient" r SET "reason" = m."failureCode", "updatedAt" = now(),
    "status" = (CASE m."status" WHEN 'PLAYED' THEN 'READ' ELSE m."status"::text END)::"RecipientStatus"
  FROM "Message" m
  WHERE r."broadcastId" = $1 AND r."status" = 'ACCEPTED' AND m."id" = r."messageId"
    AND m."status" NOT IN ('QUEUED', 'SCHEDULED')`;

/** Takes over from the messages what their events have not told yet, so that an end counts all. */
export async function catchUpRecipients(tx: pg.PoolClient, broadcastId: string): Promise<void> {
  await execute(tx, 'broadcast_catch_up', CATCH_UP, [broadcastId]);
}

const SAVE_COUNTS = `
  UPDATE "Broadcast" SET "counts" = $3::jsonb
  WHERE "id" = $1 AND "claimedBy" = $2 AND "status" = 'RUNNING' AND "counts" <> $3::jsonb RETURNING "id"`;

/** Keeps the counts that are about to be announced; false when they are the last ones, or the broadcast another's. */
export async function saveCounts(tx: pg.PoolClient, id: string, owner: string, counts: object): Promise<boolean> {
  return (await query(tx, 'broadcast_save_counts', SAVE_COUNTS, [id, owner, JSON.stringify(counts)])).length > 0;
}
