import type pg from 'pg';
import type { MessageOrigin } from '../generated/enums.js';
import { type Executor, execute, query } from '../query.js';

/** An accepted message whose command is to be published. */
export interface DueMessage {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  origin: MessageOrigin;
  content: unknown;
  createdAt: Date;
  sendAt: Date | null;
  expiresAt: Date | null;
  typingMs: number | null;
  ignoreOptOut: boolean;
  profileDeleted: boolean;
  /** W3C trace context of its acceptance, where it is traced. */
  traceparent: string | null;
}

const COLUMNS = `m."id", m."workspaceId", m."profileId", m."chat", m."waMessageId", m."origin", m."content",
  m."createdAt", m."sendAt", m."expiresAt", m."traceparent", m."typingMs",
  m."ignoreOptOut"`;

const FIRE_SCHEDULED = `
  WITH due AS (
    SELECT m."id", p."deletedAt" IS NOT NULL AS "profileDeleted"
    FROM "Message" m JOIN "Profile" p ON p."id" = m."profileId"
    WHERE m."status" = 'SCHEDULED' AND m."sendAt" <= now()
    ORDER BY m."sendAt", m."createdAt", m."id" LIMIT $1
    FOR NO KEY UPDATE OF m SKIP LOCKED
  )
  UPDATE "Message" m SET "status" = 'QUEUED', "commandedAt" = NULL FROM due WHERE m."id" = due."id"
  RETURNING ${COLUMNS}, due."profileDeleted"`;

/**
 * Moves messages whose time has come from SCHEDULED to QUEUED, by the database's clock, and returns them in the order
 * of their times. A row goes to one caller only; from the commit on, the sweep answers for what the caller leaves.
 */
export async function fireScheduled(tx: pg.PoolClient, limit: number): Promise<DueMessage[]> {
  return (await query<DueMessage>(tx, 'due_fire_scheduled', FIRE_SCHEDULED, [limit])).sort(inOrder);
}

const LOCK_UNCOMMANDED = `
  SELECT ${COLUMNS}, p."deletedAt" IS NOT NULL AS "profileDeleted"
  FROM "Message" m JOIN "Profile" p ON p."id" = m."profileId"
  WHERE m."status" = 'QUEUED' AND m."commandedAt" IS NULL
    AND coalesce(m."sendAt", m."createdAt") < now() - $2 * interval '1 millisecond'
  ORDER BY m."createdAt", m."id" LIMIT $1
  FOR NO KEY UPDATE OF m SKIP LOCKED`;

/** Locks accepted messages that no command stream has confirmed for `graceMs`, in the order of acceptance. */
export function lockUncommanded(tx: pg.PoolClient, graceMs: number, limit: number): Promise<DueMessage[]> {
  return query<DueMessage>(tx, 'due_lock_uncommanded', LOCK_UNCOMMANDED, [limit, graceMs]);
}

const EXPIRE = `
  WITH late AS (
    SELECT "id" FROM "Message"
    WHERE "expiresAt" <= now() AND "status" IN ('SCHEDULED', 'QUEUED') AND "begunAt" IS NULL
    ORDER BY "expiresAt" LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE "Message" m SET "status" = 'FAILED', "failureCode" = 'expired', "endedAt" = now()
  FROM late WHERE m."id" = late."id"
  RETURNING m."id", m."workspaceId", m."profileId", m."chat", m."waMessageId", m."traceparent",
    m."endedAt" AS "at"`;

/** A message that ended, as its event tells. */
export interface EndedMessage {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  traceparent: string | null;
  at: Date;
}

/**
 * Ends messages whose time is over, by the database's clock, and that no engine has begun to send. Each goes to one caller
 * only, which announces it in the same transaction.
 */
export function expireMessages(tx: pg.PoolClient, limit: number): Promise<EndedMessage[]> {
  return query<EndedMessage>(tx, 'due_expire', EXPIRE, [limit]);
}

/** What waits for one of these chats in any profile of a workspace. A row that somebody holds is passed by: `beginSends` asks the ledger. */
const REFUSE = `
  WITH waiting AS (
    SELECT m."id" FROM "Message" m JOIN "Profile" p ON p."id" = m."profileId"
    WHERE p."workspaceId" = $1 AND m."chat" = ANY($2::text[]) AND m."status" = 'QUEUED' AND m."begunAt" IS NULL
      AND NOT m."ignoreOptOut"
    FOR NO KEY UPDATE OF m SKIP LOCKED
  )
  UPDATE "Message" m SET "status" = 'FAILED', "failureCode" = 'opted_out', "endedAt" = now()
  FROM waiting w WHERE m."id" = w."id"
  RETURNING m."id", m."workspaceId", m."profileId", m."chat", m."waMessageId", m."traceparent", m."endedAt" AS "at"`;

/**
 * Ends what waits for a person who has just refused messages, and that no engine has begun to send: of all profiles of the
 * workspace, but not what the person asked for themselves. In the transaction of the refusal, which announces each.
 */
export function refuseWaiting(
  tx: pg.PoolClient,
  workspaceId: string,
  chats: readonly string[],
): Promise<EndedMessage[]> {
  return query<EndedMessage>(tx, 'due_refuse_waiting', REFUSE, [workspaceId, chats]);
}

const NOTE_COMMANDED = `
  UPDATE "Message" SET "commandedAt" = now() WHERE "id" = ANY($1) AND "commandedAt" IS NULL`;

/** Notes that the command stream holds these sends. */
export async function noteCommanded(executor: Executor, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await execute(executor, 'due_note_commanded', NOTE_COMMANDED, [ids]);
}

const FAIL = `
  UPDATE "Message" SET "status" = 'FAILED', "failureCode" = $2, "failureDetail" = $3, "endedAt" = $4
  WHERE "id" = ANY($1) AND "status" = 'QUEUED'`;

/** Ends messages that this transaction holds and that cannot be sent. */
export async function failMessages(
  tx: pg.PoolClient,
  ids: readonly string[],
  failure: { code: string; detail: string | null; at: Date },
): Promise<void> {
  await execute(tx, 'due_fail', FAIL, [ids, failure.code, failure.detail, failure.at]);
}

function inOrder(a: DueMessage, b: DueMessage): number {
  const byTime =
    (a.sendAt?.getTime() ?? 0) - (b.sendAt?.getTime() ?? 0) || a.createdAt.getTime() - b.createdAt.getTime();
  return byTime || (a.id < b.id ? -1 : 1);
}
