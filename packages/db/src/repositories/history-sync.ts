import type pg from 'pg';
import type { HistorySync } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** How far the import of a profile's history is. */
export type HistorySyncState = HistorySync;

const LOAD = `SELECT * FROM "HistorySync" WHERE "profileId" = ANY($1::text[])`;

/** Those of these profiles that have one. Whoever writes them holds the locks of the profiles. */
export function loadHistorySyncs(tx: pg.PoolClient, profileIds: readonly string[]): Promise<HistorySyncState[]> {
  return query<HistorySyncState>(tx, 'history_load', LOAD, [profileIds]);
}

const SAVE = `
  INSERT INTO "HistorySync" ("profileId", "link", "mode", "state", "phase", "progress", "messages", "chats", "contacts",
    "failedChunks", "chunks", "attempt", "part", "startedAt", "updatedAt", "completedAt")
  SELECT r."profileId", r."link", r."mode", r."state", r."phase", r."progress", r."messages", r."chats", r."contacts",
    r."failedChunks", ARRAY(SELECT jsonb_array_elements_text(r."chunks")), r."attempt", r."part", r."startedAt", now(),
    r."completedAt"
  FROM jsonb_to_recordset($1::jsonb) AS r("profileId" text, "link" text, "mode" text, "state" text, "phase" text,
    "progress" int, "messages" int, "chats" int, "contacts" int, "failedChunks" int, "chunks" jsonb, "attempt" text,
    "part" int, "startedAt" timestamp, "completedAt" timestamp)
  ON CONFLICT ("profileId") DO UPDATE SET "link" = excluded."link", "mode" = excluded."mode", "state" = excluded."state",
    "phase" = excluded."phase", "progress" = excluded."progress", "messages" = excluded."messages",
    "chats" = excluded."chats", "contacts" = excluded."contacts", "failedChunks" = excluded."failedChunks",
    "chunks" = excluded."chunks", "attempt" = excluded."attempt", "part" = excluded."part",
    "startedAt" = excluded."startedAt", "updatedAt" = excluded."updatedAt", "completedAt" = excluded."completedAt"`;

/** For profiles locked by lockProfiles in the same transaction. */
export async function saveHistorySyncs(tx: pg.PoolClient, rows: readonly HistorySyncState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'history_save', SAVE, [JSON.stringify(rows)]);
}

const FIND = `
  SELECT h.* FROM "HistorySync" h JOIN "Profile" p ON p."id" = h."profileId"
  WHERE h."profileId" = $1 AND p."workspaceId" = $2`;

/** How far the import of a profile is; undefined before it has begun. */
export async function findHistorySync(
  executor: Executor,
  { workspaceId, profileId }: { workspaceId: string; profileId: string },
): Promise<HistorySyncState | undefined> {
  return (await query<HistorySyncState>(executor, 'history_find', FIND, [profileId, workspaceId]))[0];
}

const APPLIED = `SELECT "part" FROM "HistorySync" WHERE "profileId" = $1 AND "attempt" = $2`;

/** The last part of an attempt that was applied; 0 for none. */
export async function appliedHistoryPart(executor: Executor, profileId: string, attempt: string): Promise<number> {
  const [row] = await query<{ part: number }>(executor, 'history_applied', APPLIED, [profileId, attempt]);
  return row?.part ?? 0;
}

/** How many imported messages a chat has. */
export interface ImportedCount {
  profileId: string;
  chat: string;
  count: number;
}

const COUNT = `
  SELECT m."profileId", m."chat", count(*)::int AS "count" FROM "Message" m
  JOIN unnest($1::text[], $2::text[]) AS w("profileId", "chat") ON m."profileId" = w."profileId" AND m."chat" = w."chat"
  WHERE m."origin" = 'HISTORY' GROUP BY m."profileId", m."chat"`;

/** Of these chats, by the address that each has in its rows. */
export function countImported(
  tx: pg.PoolClient,
  chats: readonly { profileId: string; chat: string }[],
): Promise<ImportedCount[]> {
  const values = [chats.map(({ profileId }) => profileId), chats.map(({ chat }) => chat)];
  return query<ImportedCount & pg.QueryResultRow>(tx, 'history_count_imported', COUNT, values);
}

/** A conversation as an import leaves it: its newest message that was imported. */
export interface ImportedConversation {
  id: string;
  profileId: string;
  chat: string;
  contactId: string | null;
  lastMessageId: string;
  lastMessageAt: Date;
  /** The timer as that message has it; null where it does not tell. */
  ephemeralSeconds: number | null;
}

const IMPORT_CONVERSATIONS = `
  INSERT INTO "Conversation" AS c ("id", "profileId", "chat", "contactId", "lastMessageId", "lastMessageAt",
    "ephemeralSeconds", "updatedAt")
  SELECT "id", "profileId", "chat", "contactId", "lastMessageId", "lastMessageAt", "ephemeralSeconds", now()
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "profileId" text, "chat" text, "contactId" text,
    "lastMessageId" text, "lastMessageAt" timestamp(3), "ephemeralSeconds" int)
  ORDER BY "profileId", "chat"
  ON CONFLICT ("profileId", "chat") DO UPDATE SET
    "contactId" = coalesce(c."contactId", excluded."contactId"),
    "lastMessageId" = CASE WHEN c."lastMessageAt" >= excluded."lastMessageAt" THEN c."lastMessageId"
      ELSE excluded."lastMessageId" END,
    "ephemeralSeconds" = CASE WHEN c."lastMessageAt" >= excluded."lastMessageAt" THEN coalesce(c."ephemeralSeconds",
      excluded."ephemeralSeconds") ELSE coalesce(excluded."ephemeralSeconds", c."ephemeralSeconds") END,
    "lastMessageAt" = greatest(c."lastMessageAt", excluded."lastMessageAt")
  RETURNING c."profileId", (xmax = 0) AS "isNew"`;

/**
 * One row a chat. What is unread, archived or deleted stays as it is, and the last message is the newest whichever way it came.
 * Returns, for each conversation that was not there before, its profile.
 */
export async function importConversations(tx: pg.PoolClient, rows: readonly ImportedConversation[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const values = [JSON.stringify(rows)];
  const written = await query<{ profileId: string; isNew: boolean }>(
    tx,
    'history_import_conversations',
    IMPORT_CONVERSATIONS,
    values,
  );
  return written.flatMap(({ profileId, isNew }) => (isNew ? [profileId] : []));
}
