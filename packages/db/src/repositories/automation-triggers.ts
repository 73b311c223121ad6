import type pg from 'pg';
import type { AutomationRun } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** The person, as one profile knows them, that a message came from. */
export interface TriggerContact {
  profileId: string;
  contactId: string;
}

const PRESENT = `SELECT "intoId" FROM "MergedRow" WHERE "id" = $1 AND "profileId" = $2`;

/** The contact that an event names, or the one it has been merged into since. */
export async function presentContactId(tx: pg.PoolClient, { profileId, contactId }: TriggerContact): Promise<string> {
  const [row] = await query<{ intoId: string }>(tx, 'triggers_present_contact', PRESENT, [contactId, profileId]);
  return row?.intoId ?? contactId;
}

const CONCERNED = `
  SELECT EXISTS (
      SELECT 1 FROM "Automation" a
      WHERE a."workspaceId" = t.workspace AND (a."profileId" IS NULL OR a."profileId" = t.profile)
        AND a."enabled" AND a."publishedVersion" IS NOT NULL AND a."deletedAt" IS NULL)
    OR EXISTS (
      SELECT 1 FROM "AutomationRun" r
      WHERE r."profileId" = t.profile AND r."contactId" = coalesce(m."intoId", t.contact)
        AND r."status" IN ('RUNNING', 'WAITING')) AS "isConcerned"
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t(workspace, profile, contact, n)
  LEFT JOIN "MergedRow" m ON m."id" = t.contact AND m."profileId" = t.profile
  ORDER BY t.n`;

/** Whether an automation listens to these contacts at all, or is in the middle of a run with them; in their order. */
export async function areConcerned(
  executor: Executor,
  contacts: readonly (TriggerContact & { workspaceId: string })[],
): Promise<boolean[]> {
  const values = [
    contacts.map(({ workspaceId }) => workspaceId),
    contacts.map(({ profileId }) => profileId),
    contacts.map(({ contactId }) => contactId),
  ];
  const rows = await query<{ isConcerned: boolean }>(executor, 'triggers_concerned', CONCERNED, values);
  return rows.map(({ isConcerned }) => isConcerned);
}

const LOCK_CONTACT = `SELECT pg_advisory_xact_lock(hashtextextended('multiwa:automation:' || $1 || ':' || $2, 0))`;

/** Until the transaction ends, no other one answers or starts runs of this contact. */
export async function lockContactRuns(tx: pg.PoolClient, { profileId, contactId }: TriggerContact): Promise<void> {
  await query(tx, 'triggers_lock_contact', LOCK_CONTACT, [profileId, contactId]);
}

/** An answered run was still active when its answer was recorded, and has ended later, if at all. */
const WAS_HANDLED = `
  SELECT 1 FROM "AutomationRun" r
  WHERE r."profileId" = $1 AND r."contactId" = $2 AND (r."triggerEventId" = $3 OR (
    (r."endedAt" IS NULL OR r."endedAt" >= $4)
    AND EXISTS (SELECT 1 FROM "AutomationRunStep" s WHERE s."runId" = r."id" AND s."detail"->>'eventId' = $3)))
  LIMIT 1`;

/** Whether a received message has started or answered a run before. `at` is when it was recorded. */
export async function wasHandled(
  tx: pg.PoolClient,
  { profileId, contactId }: TriggerContact,
  event: { id: string; at: Date },
): Promise<boolean> {
  const values = [profileId, contactId, event.id, event.at];
  return (await query(tx, 'triggers_was_handled', WAS_HANDLED, values)).length > 0;
}

const LOCK_ASKING = `
  SELECT * FROM "AutomationRun"
  WHERE "profileId" = $1 AND "contactId" = $2 AND "status" = 'WAITING' AND "waitKind" = 'ask'
  ORDER BY "updatedAt" DESC, "id" DESC FOR NO KEY UPDATE`;

/**
 * Locks the runs that wait for this contact's answer, the latest question first. Waits for a timeout that is being
 * recorded: its run is left out then.
 */
export function lockAskingRuns(tx: pg.PoolClient, { profileId, contactId }: TriggerContact): Promise<AutomationRun[]> {
  return query<AutomationRun>(tx, 'triggers_lock_asking', LOCK_ASKING, [profileId, contactId]);
}

export interface LiveAutomation {
  id: string;
  version: number;
  priority: number;
  cooldownSeconds: number;
  createdAt: Date;
}

const LIVE = `
  SELECT "id", "publishedVersion" AS version, "priority", "cooldownSeconds", "createdAt" FROM "Automation"
  WHERE "workspaceId" = $1 AND ("profileId" IS NULL OR "profileId" = $2)
    AND "enabled" AND "publishedVersion" IS NOT NULL AND "deletedAt" IS NULL`;

/** Enabled automations with a published version that listen to a profile. */
export function liveAutomations(executor: Executor, workspaceId: string, profileId: string): Promise<LiveAutomation[]> {
  return query<LiveAutomation>(executor, 'triggers_live', LIVE, [workspaceId, profileId]);
}

export interface ContactRuns {
  automationId: string;
  isActive: boolean;
  /** Since the last run was started, in milliseconds. */
  ageMs: number;
  /** Runs started within the window. */
  recent: number;
  /** Whether one of them was refused as a loop. */
  wasRefused: boolean;
}

const HISTORY = `
  SELECT "automationId", bool_or("status" IN ('RUNNING', 'WAITING')) AS "isActive",
    (extract(epoch FROM now() - max("createdAt")) * 1000)::float8 AS "ageMs",
    count(*) FILTER (WHERE "createdAt" > now() - $3 * interval '1 millisecond')::int AS recent,
    bool_or("failureCode" = 'bot_loop' AND "createdAt" > now() - $3 * interval '1 millisecond') IS TRUE AS "wasRefused"
  FROM "AutomationRun" WHERE "profileId" = $1 AND "contactId" = $2 GROUP BY "automationId"`;

/** What runs a contact has had, by automation. */
export function contactRuns(
  tx: pg.PoolClient,
  { profileId, contactId }: TriggerContact,
  windowMs: number,
): Promise<ContactRuns[]> {
  return query<ContactRuns>(tx, 'triggers_history', HISTORY, [profileId, contactId, windowMs]);
}

export interface NewRun extends TriggerContact {
  id: string;
  workspaceId: string;
  automationId: string;
  version: number;
  chat: string;
  nodeId: string;
  variables: Readonly<Record<string, string>>;
  triggerEventId: string;
  /** Set for a run that is only recorded as refused. */
  failureCode: string | null;
  /** W3C trace context of the message that starts it, where it is traced. */
  traceparent?: string | null;
}

/** The automation is held against deletion and against being disabled, so that both come wholly before or after. */
const START = `
  WITH live AS MATERIALIZED (
    SELECT "id" FROM "Automation"
    WHERE "id" = $3 AND "enabled" AND "publishedVersion" = $4 AND "deletedAt" IS NULL FOR SHARE
  )
  INSERT INTO "AutomationRun" ("id", "workspaceId", "automationId", "version", "profileId", "contactId", "chat",
    "nodeId", "variables", "triggerEventId", "failureCode", "status", "wakeAt", "endedAt", "updatedAt", "traceparent")
  SELECT $1, $2, live."id", $4, $5, $6, $7, $8, $9, $10, $11,
    (CASE WHEN $11::text IS NULL THEN 'RUNNING' ELSE 'FAILED' END)::"RunStatus",
    CASE WHEN $11::text IS NULL THEN now() END, CASE WHEN $11::text IS NOT NULL THEN now() END, now(), $12
  FROM live
  ON CONFLICT ("automationId", "triggerEventId") DO NOTHING`;

/** Starts a run; false when the automation is no longer live in that version, or the event started one before. */
export async function startRun(tx: pg.PoolClient, run: NewRun): Promise<boolean> {
  const { id, workspaceId, automationId, version, profileId, contactId, chat, nodeId, variables } = run;
  const identity = [id, workspaceId, automationId, version, profileId, contactId, chat, nodeId];
  const values = [...identity, JSON.stringify(variables), run.triggerEventId, run.failureCode, run.traceparent ?? null];
  return (await execute(tx, 'triggers_start_run', START, values)) > 0;
}

const IS_AUTOMATIC = `
  SELECT 1 FROM "Profile" p JOIN "Message" m ON m."profileId" = p."id" AND m."waMessageId" = $1
  WHERE (p."phone" = $2 OR p."lid" = $3) AND m."fromMe" AND m."origin" = 'AUTOMATION' LIMIT 1`;

/** Whether a received message is what an automation of another profile of this gateway sent. */
export async function isAutomaticMessage(
  executor: Executor,
  waMessageId: string,
  sender: { phone: string | null; lid: string | null },
): Promise<boolean> {
  return (
    (await query(executor, 'triggers_is_automatic', IS_AUTOMATIC, [waMessageId, sender.phone, sender.lid])).length > 0
  );
}
