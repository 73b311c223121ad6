import type pg from 'pg';
import type { AutomationRun } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** A run that is due and now belongs to one driver. */
export interface ClaimedRun {
  id: string;
  /** How long it was due, in milliseconds. */
  lagMs: number;
}

/** A run, held by this transaction, with what its steps look at. */
export interface LockedRun extends AutomationRun {
  /** null when the contact is gone. */
  contact: {
    name: string | null;
    pushName: string | null;
    phone: string | null;
    lid: string | null;
    metadata: unknown;
    tags: string[];
  } | null;
  isProfileDeleted: boolean;
}

/** Where a step leaves its run. */
export interface RunMove {
  nodeId: string;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  failureCode: string | null;
  variables: Readonly<Record<string, string>>;
  /** As in the run, unless the contact wrote from the other half of its identity. */
  chat: string;
  /** How long the driver keeps the run for its next step; null gives it up. */
  claimMs: number | null;
}

export interface FinishedStep {
  kind: string;
  outcome: string;
  detail: unknown;
}

const ACTIVE = `"status" IN ('RUNNING', 'WAITING')`;

const CLAIM_DUE = `
  WITH due AS (
    SELECT "id", extract(epoch FROM now() - "wakeAt") * 1000 AS lag
    FROM "AutomationRun"
    WHERE ${ACTIVE} AND "wakeAt" <= now() AND ("claimedUntil" IS NULL OR "claimedUntil" <= now())
    ORDER BY "wakeAt" LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE "AutomationRun" r SET "claimedBy" = $1, "claimedUntil" = now() + $2 * interval '1 millisecond'
  FROM due WHERE r."id" = due."id" RETURNING r."id", due.lag::float8 AS "lagMs"`;

/**
 * Claims the runs that are due longest, timers among them, for `ttlMs`. A run goes to one driver only: every step
 * checks the token, so a driver that was frozen for longer than its claim finds its runs taken.
 */
export function claimDueRuns(executor: Executor, token: string, ttlMs: number, limit: number): Promise<ClaimedRun[]> {
  return query<ClaimedRun>(executor, 'runs_claim_due', CLAIM_DUE, [token, ttlMs, limit]);
}

const LOCK = `
  SELECT r.*, p."deletedAt" IS NOT NULL AS "isProfileDeleted",
    CASE WHEN c."id" IS NULL THEN NULL ELSE jsonb_build_object('name', c."name", 'pushName', c."pushName",
      'phone', c."phone", 'lid', c."lid", 'metadata', c."metadata", 'tags', to_jsonb(c."tags")) END AS contact
  FROM "AutomationRun" r JOIN "Profile" p ON p."id" = r."profileId" LEFT JOIN "Contact" c ON c."id" = r."contactId"
  WHERE r."id" = $1 AND r."claimedBy" = $2 AND r.${ACTIVE}
  FOR NO KEY UPDATE OF r`;

/** The run, until this transaction ends; undefined when it has ended or belongs to another driver. */
export async function lockClaimedRun(tx: pg.PoolClient, id: string, token: string): Promise<LockedRun | undefined> {
  return (await query<LockedRun>(tx, 'runs_lock_claimed', LOCK, [id, token]))[0];
}

const ADD_STEP = `
  INSERT INTO "AutomationRunStep" ("runId", "step", "nodeId", "kind", "outcome", "detail", "startedAt", "endedAt")
  VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN $8::timestamp ELSE now() END, now())`;
const MOVE = `
  UPDATE "AutomationRun" SET "step" = "step" + 1, "nodeId" = $2, "status" = $3::"RunStatus", "failureCode" = $4,
    "variables" = $5, "chat" = $6, "waitKind" = NULL,
    "wakeAt" = CASE WHEN $3 = 'RUNNING' THEN now() END, "endedAt" = CASE WHEN $3 <> 'RUNNING' THEN now() END,
    "claimedBy" = CASE WHEN $7::int IS NOT NULL THEN "claimedBy" END,
    "claimedUntil" = now() + $7::int * interval '1 millisecond', "updatedAt" = now()
  WHERE "id" = $1`;

/** Records the step at which the run stands and moves the run on. The run must be locked by this transaction. */
export async function finishStep(
  tx: pg.PoolClient,
  run: AutomationRun,
  step: FinishedStep,
  to: RunMove,
): Promise<void> {
  // What waited began when it began to wait.
  const hasWaited = run.status === 'WAITING';
  const { kind, outcome, detail } = step;
  const values = [run.id, run.step, run.nodeId, kind, outcome, JSON.stringify(detail), hasWaited, run.updatedAt];
  await execute(tx, 'runs_add_step', ADD_STEP, values);
  const { nodeId, status, failureCode, variables, chat, claimMs } = to;
  const moved = [run.id, nodeId, status, failureCode, JSON.stringify(variables), chat, claimMs];
  await execute(tx, 'runs_move', MOVE, moved);
}

const REST = `
  UPDATE "AutomationRun" SET "status" = 'WAITING', "waitKind" = $2, "wakeAt" = now() + $3 * interval '1 second',
    "claimedBy" = NULL, "claimedUntil" = NULL, "updatedAt" = now()
  WHERE "id" = $1`;

/** Lets the run rest at its node until a time, or until an answer comes. The run must be locked by this transaction. */
export async function restRun(tx: pg.PoolClient, id: string, kind: 'delay' | 'ask', seconds: number): Promise<void> {
  await execute(tx, 'runs_rest', REST, [id, kind, seconds]);
}

const KEEP = `UPDATE "AutomationRun" SET "claimedUntil" = now() + $2 * interval '1 millisecond' WHERE "id" = $1`;

/** Keeps a locked run for its driver for so much longer. */
export async function keepClaim(tx: pg.PoolClient, id: string, ttlMs: number): Promise<void> {
  await execute(tx, 'runs_keep', KEEP, [id, ttlMs]);
}

const HAND_BACK = `
  UPDATE "AutomationRun" SET "claimedBy" = NULL, "claimedUntil" = now() + $3 * interval '1 millisecond'
  WHERE "id" = $1 AND "claimedBy" = $2`;

/** Gives a claimed run up; any driver may take it after `pauseMs`. */
export async function handBackRun(executor: Executor, id: string, token: string, pauseMs: number): Promise<void> {
  await execute(executor, 'runs_hand_back', HAND_BACK, [id, token, pauseMs]);
}

const TAG = `
  UPDATE "Contact" SET "updatedAt" = now(), "tags" = ARRAY(
    SELECT tag FROM unnest("tags" || $2::text[]) WITH ORDINALITY AS given(tag, nth)
    WHERE tag <> ALL ($3::text[]) GROUP BY tag ORDER BY min(nth))
  WHERE "id" = $1`;

/** Adds and removes tags of a contact; one that is both is removed. */
export async function tagContact(
  tx: pg.PoolClient,
  contactId: string,
  add: readonly string[],
  remove: readonly string[],
): Promise<void> {
  await execute(tx, 'contacts_tag', TAG, [contactId, add, remove]);
}

const COUNT_SENT = `
  SELECT count(*)::int AS count FROM "Message"
  WHERE "profileId" = $1 AND "chat" = $2 AND "origin" = 'AUTOMATION'
    AND "createdAt" > now() - $3 * interval '1 millisecond'`;

/** Automatic messages that a chat got within the window, for the bot-loop guard. */
export async function countAutomaticMessages(
  executor: Executor,
  { profileId, chat }: Pick<AutomationRun, 'profileId' | 'chat'>,
  windowMs: number,
): Promise<number> {
  const [row] = await query<{ count: number }>(executor, 'messages_count_automatic', COUNT_SENT, [
    profileId,
    chat,
    windowMs,
  ]);
  return row?.count ?? 0;
}

const FLOW = `SELECT "flow" FROM "AutomationVersion" WHERE "automationId" = $1 AND "version" = $2`;

/** A published flow; a version never changes. */
export async function readFlow(executor: Executor, automationId: string, version: number): Promise<unknown> {
  return (await query<{ flow: unknown }>(executor, 'automations_flow', FLOW, [automationId, version]))[0]?.flow;
}
