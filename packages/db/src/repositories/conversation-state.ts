import type pg from 'pg';
import type { Conversation } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** What is kept of a conversation beside its messages, as it is locked and written back. */
export type ConversationState = Omit<Conversation, 'changedAt'> & { changedAt: Record<string, number> };

const LOCK = `
  SELECT c.* FROM "Conversation" c JOIN "Profile" p ON p."id" = c."profileId"
  WHERE c."id" = $1 AND c."profileId" = $2 AND p."workspaceId" = $3 AND p."deletedAt" IS NULL AND c."deletedAt" IS NULL
  FOR NO KEY UPDATE OF c`;

/** One conversation, locked until the transaction ends; undefined when there is none, or it was deleted. */
export async function lockConversation(
  tx: pg.PoolClient,
  id: string,
  { workspaceId, profileId }: { workspaceId: string; profileId: string },
): Promise<ConversationState | undefined> {
  const [row] = await query<ConversationState>(tx, 'conversation_lock', LOCK, [id, profileId, workspaceId]);
  return row;
}

/** A row that is there already is locked and left as it is. */
const MEET = `
  INSERT INTO "Conversation" AS c ("id", "profileId", "chat", "contactId", "updatedAt")
  VALUES ($1, $2, $3, (SELECT k."id" FROM "Contact" k WHERE k."profileId" = $2 AND (k."phone" = $4 OR k."lid" = $5) LIMIT 1), now())
  ON CONFLICT ("profileId", "chat") DO UPDATE SET "updatedAt" = now() RETURNING c.*`;

/** The conversation of a chat, made when it is not there, and locked until the transaction ends. */
export async function meetConversation(
  tx: pg.PoolClient,
  met: { id: string; profileId: string; chat: string; phone: string | null; lid: string | null },
): Promise<ConversationState> {
  const values = [met.id, met.profileId, met.chat, met.phone, met.lid];
  const [row] = await query<ConversationState>(tx, 'conversation_meet', MEET, values);
  if (!row) throw new Error('An upsert returns its row.');
  return row;
}

const SAVE = `
  UPDATE "Conversation" SET "unreadCount" = $2, "markedUnread" = $3, "archived" = $4, "mutedUntil" = $5,
    "pinnedAt" = $6, "labels" = $7, "ephemeralSeconds" = $8, "assigneeId" = $9, "lastMessageId" = $10,
    "clearedAt" = $11, "deletedAt" = $12, "changedAt" = $13, "updatedAt" = now()
  WHERE "id" = $1`;

/** Writes back a conversation that this transaction holds. */
export async function saveConversation(tx: pg.PoolClient, row: ConversationState): Promise<void> {
  await execute(tx, 'conversation_save', SAVE, [
    row.id,
    row.unreadCount,
    row.markedUnread,
    row.archived,
    row.mutedUntil?.toISOString() ?? null,
    row.pinnedAt?.toISOString() ?? null,
    row.labels,
    row.ephemeralSeconds,
    row.assigneeId,
    row.lastMessageId,
    row.clearedAt?.toISOString() ?? null,
    row.deletedAt?.toISOString() ?? null,
    JSON.stringify(row.changedAt),
  ]);
}

/** A message as far as it says where a chat stands. */
export interface ChatMark {
  id: string;
  waMessageId: string;
  fromMe: boolean;
  senderPhone: string | null;
  senderLid: string | null;
  timestamp: Date;
}

const MARK = `m."id", m."waMessageId", m."fromMe", m."senderPhone", m."senderLid", m."timestamp"`;
/** Changes to earlier messages are rows too, which no phone shows. */
const SHOWN = `m."type"::text NOT IN ('EDIT', 'DELETE') AND m."status" NOT IN ('SCHEDULED', 'QUEUED', 'FAILED', 'CANCELLED')`;

const LAST = `
  SELECT ${MARK} FROM "Message" m WHERE m."profileId" = $1 AND m."chat" = $2 AND ${SHOWN}
  ORDER BY m."createdAt" DESC, m."id" DESC LIMIT 1`;

/** The newest message that WhatsApp has of a chat. */
export async function lastOfChat(executor: Executor, profileId: string, chat: string): Promise<ChatMark | null> {
  return (await query<ChatMark>(executor, 'chat_last', LAST, [profileId, chat]))[0] ?? null;
}

const RECEIVED = `
  SELECT ${MARK} FROM "Message" m WHERE m."profileId" = $1 AND m."chat" = $2 AND NOT m."fromMe" AND ${SHOWN}
  ORDER BY m."createdAt" DESC, m."id" DESC LIMIT $3`;

/** The newest messages that came in a chat. */
export function lastReceived(executor: Executor, profileId: string, chat: string, take: number): Promise<ChatMark[]> {
  return query<ChatMark>(executor, 'chat_received', RECEIVED, [profileId, chat, take]);
}

const NEWER = `
  SELECT count(*)::int AS count FROM "Message" m
  WHERE m."profileId" = $1 AND m."chat" = $2 AND NOT m."fromMe" AND m."origin" <> 'HISTORY' AND ${SHOWN} AND m."timestamp" >
    (SELECT max(k."timestamp") FROM "Message" k WHERE k."profileId" = $1 AND k."chat" = $2 AND k."waMessageId" = ANY($3))`;
const ANY_KNOWN = `SELECT 1 FROM "Message" WHERE "profileId" = $1 AND "waMessageId" = ANY($2) LIMIT 1`;

/** How many messages came in a chat after the newest of these, imported ones aside; undefined when none of them is known. */
export async function countNewer(
  executor: Executor,
  profileId: string,
  chat: string,
  waMessageIds: readonly string[],
): Promise<number | undefined> {
  const known = await query(executor, 'chat_any_known', ANY_KNOWN, [profileId, waMessageIds]);
  if (known.length === 0) return undefined;
  const [row] = await query<{ count: number }>(executor, 'chat_newer', NEWER, [profileId, chat, waMessageIds]);
  return row?.count ?? 0;
}
