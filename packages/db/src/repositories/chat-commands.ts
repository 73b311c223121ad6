import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';

/** A change of a chat that WhatsApp is to be told, until the command stream holds it. */
export interface ChatCommandRow {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  action: unknown;
  createdAt: Date;
}

const INSERT = `
  INSERT INTO "ChatCommand" ("id", "workspaceId", "profileId", "chat", "action")
  SELECT r.id, $2, $3, $4, r.action
  FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id text, action jsonb)) WITH ORDINALITY AS r(id, action, nth)
  ORDER BY r.nth`;

/** Written in the transaction of the change, under the lock of its conversation: so they have its order. */
export async function insertChatCommands(
  tx: pg.PoolClient,
  { workspaceId, profileId, chat }: { workspaceId: string; profileId: string; chat: string },
  commands: readonly { id: string; action: unknown }[],
): Promise<void> {
  if (commands.length === 0) return;
  await execute(tx, 'chat_commands_insert', INSERT, [JSON.stringify(commands), workspaceId, profileId, chat]);
}

const WAITING = `
  SELECT "id", "workspaceId", "profileId", "chat", "action", "createdAt" FROM "ChatCommand"
  WHERE "profileId" = $1 ORDER BY "position" LIMIT $2`;

/** What waits of a profile, in the order of the changes. */
export function waitingChatCommands(executor: Executor, profileId: string, take: number): Promise<ChatCommandRow[]> {
  return query<ChatCommandRow>(executor, 'chat_commands_waiting', WAITING, [profileId, take]);
}

const FORGET = `DELETE FROM "ChatCommand" WHERE "id" = ANY($1)`;

/** The command stream holds these. */
export async function forgetChatCommands(executor: Executor, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await execute(executor, 'chat_commands_forget', FORGET, [ids]);
}

const LATE = `
  SELECT DISTINCT c."profileId" FROM "ChatCommand" c WHERE c."createdAt" < now() - $1 * interval '1 millisecond' LIMIT $2`;
const FORGET_DELETED = `
  DELETE FROM "ChatCommand" c USING "Profile" p WHERE p."id" = c."profileId" AND p."deletedAt" IS NOT NULL`;

/** Profiles with commands that no stream has confirmed for so long; those of deleted profiles are dropped. */
export async function lateChatCommands(executor: Executor, graceMs: number, take: number): Promise<string[]> {
  await execute(executor, 'chat_commands_forget_deleted', FORGET_DELETED);
  const rows = await query<{ profileId: string }>(executor, 'chat_commands_late', LATE, [graceMs, take]);
  return rows.map(({ profileId }) => profileId);
}
