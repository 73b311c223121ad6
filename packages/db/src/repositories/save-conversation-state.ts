import type pg from 'pg';
import type { MessageOrigin, MessageStatus, MessageType } from '../generated/enums.js';
import { execute } from '../query.js';
import type { ContactState, MessageState, ProfileState } from './load-conversation-state.js';

/** Rows travel as one JSON parameter: the statement stays the same for any number of them, and so stays prepared. */
function asJson(rows: readonly object[]): [string] {
  return [JSON.stringify(rows)];
}

export type NewContact = Omit<ContactState, 'hasWritten'>;

const INSERT_CONTACTS = `
  INSERT INTO "Contact" ("id", "profileId", "phone", "lid", "name", "pushName", "updatedAt")
  SELECT "id", "profileId", "phone", "lid", "name", "pushName", now() FROM jsonb_to_recordset($1::jsonb)
    AS r("id" text, "profileId" text, "phone" text, "lid" text, "name" text, "pushName" text)`;

/** A unique violation means that another writer made the contact meanwhile: read again and repeat the transaction. */
export async function insertContacts(tx: pg.PoolClient, rows: readonly NewContact[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_insert_contacts', INSERT_CONTACTS, asJson(rows));
}

const UPDATE_CONTACTS = `
  UPDATE "Contact" c SET "phone" = r."phone", "lid" = r."lid", "name" = coalesce(c."name", r."name"),
    "pushName" = r."pushName", "updatedAt" = now()
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "phone" text, "lid" text, "name" text, "pushName" text)
  WHERE c."id" = r."id"`;

/** Writes what WhatsApp tells of a person; names, tags and metadata that a customer gave are left alone. */
export async function updateContacts(tx: pg.PoolClient, rows: readonly NewContact[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_update_contacts', UPDATE_CONTACTS, asJson(rows));
}

export interface NewMessage {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  fromMe: boolean;
  origin: MessageOrigin;
  type: MessageType;
  content: unknown;
  status: MessageStatus;
  senderPhone: string | null;
  senderLid: string | null;
  contactId: string | null;
  timestamp: Date;
  sentAt: Date | null;
  /** Of a message of before the link: its place among the others. Now, when absent. */
  createdAt?: Date;
}

const INSERT_MESSAGES = `
  INSERT INTO "Message" ("id", "workspaceId", "profileId", "chat", "waMessageId", "fromMe", "origin", "type", "content",
    "status", "senderPhone", "senderLid", "contactId", "timestamp", "sentAt", "createdAt")
  SELECT "id", "workspaceId", "profileId", "chat", "waMessageId", "fromMe", "origin", "type", "content",
    "status", "senderPhone", "senderLid", "contactId", "timestamp", "sentAt", coalesce("createdAt", now())
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "workspaceId" text, "profileId" text, "chat" text,
    "waMessageId" text, "fromMe" boolean, "origin" "MessageOrigin", "type" "MessageType", "content" jsonb,
    "status" "MessageStatus", "senderPhone" text, "senderLid" text, "contactId" text, "timestamp" timestamp,
    "sentAt" timestamp, "createdAt" timestamp)`;

/** A unique violation means that another writer stored the message meanwhile: read again and repeat the transaction. */
export async function insertMessages(tx: pg.PoolClient, rows: readonly NewMessage[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_insert_messages', INSERT_MESSAGES, asJson(rows));
}

const UPDATE_MESSAGES = `
  UPDATE "Message" m SET "origin" = r."origin",
    "createdAt" = CASE WHEN m."origin" = r."origin" THEN m."createdAt" ELSE now() END, "status" = r."status", "sentAt" = r."sentAt", "deliveredAt" = r."deliveredAt",
    "readAt" = r."readAt", "playedAt" = r."playedAt", "endedAt" = r."endedAt", "failureCode" = r."failureCode",
    "failureDetail" = r."failureDetail", "contactId" = r."contactId", "recipients" = r."recipients"
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "origin" "MessageOrigin", "status" "MessageStatus", "sentAt" timestamp,
    "deliveredAt" timestamp, "readAt" timestamp, "playedAt" timestamp, "endedAt" timestamp, "failureCode" text,
    "failureDetail" text, "contactId" text, "recipients" int)
  WHERE m."id" = r."id"`;

/** For rows locked by lockMessages in the same transaction. One that was imported and now arrives has its place as of now. */
export async function updateMessages(tx: pg.PoolClient, rows: readonly MessageState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_update_messages', UPDATE_MESSAGES, asJson(rows));
}

export interface ConversationChange {
  /** Taken when the conversation is new. */
  id: string;
  profileId: string;
  chat: string;
  contactId: string | null;
  unreadBy: number;
  lastMessageId: string;
  lastMessageAt: Date;
  /** The timer of disappearing messages as the last message has it: 0 for none, null where it does not tell. */
  ephemeralSeconds: number | null;
}

const UPSERT_CONVERSATIONS = `
  INSERT INTO "Conversation" AS c ("id", "profileId", "chat", "contactId", "unreadCount", "lastMessageId",
    "lastMessageAt", "ephemeralSeconds", "updatedAt")
  SELECT "id", "profileId", "chat", "contactId", "unreadBy", "lastMessageId", "lastMessageAt", "ephemeralSeconds", now()
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "profileId" text, "chat" text, "contactId" text, "unreadBy" int,
    "lastMessageId" text, "lastMessageAt" timestamp(3), "ephemeralSeconds" int)
  ORDER BY "profileId", "chat"
  ON CONFLICT ("profileId", "chat") DO UPDATE SET
    "contactId" = coalesce(c."contactId", excluded."contactId"),
    "unreadCount" = c."unreadCount" + excluded."unreadCount",
    "lastMessageId" = CASE WHEN c."lastMessageAt" > excluded."lastMessageAt" THEN c."lastMessageId"
      ELSE excluded."lastMessageId" END,
    "ephemeralSeconds" = CASE WHEN c."lastMessageAt" > excluded."lastMessageAt" THEN c."ephemeralSeconds"
      ELSE coalesce(excluded."ephemeralSeconds", c."ephemeralSeconds") END,
    "lastMessageAt" = greatest(c."lastMessageAt", excluded."lastMessageAt"),
    -- WhatsApp tells times in whole seconds.
    "deletedAt" = CASE WHEN excluded."lastMessageAt" < date_trunc('second', c."deletedAt") THEN c."deletedAt" END,
    "updatedAt" = now()`;

/** One row a chat. The last message only ever moves forward in time. */
export async function upsertConversations(tx: pg.PoolClient, rows: readonly ConversationChange[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_upsert_conversations', UPSERT_CONVERSATIONS, asJson(rows));
}

const UPDATE_PROFILES = `
  UPDATE "Profile" p SET "desiredState" = r."desiredState", "status" = r."status", "statusReason" = r."statusReason",
    "health" = r."health", "healthReason" = r."healthReason", "restriction" = r."restriction", "phone" = r."phone", "lid" = r."lid",
    "qr" = r."qr", "qrExpiresAt" = r."qrExpiresAt", "connectedAt" = r."connectedAt", "lastSeenAt" = r."lastSeenAt", "statusGeneration" = r."statusGeneration",
    "statusStep" = r."statusStep"
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "desiredState" "DesiredState", "status" "SessionStatus",
    "statusReason" text, "health" "ProfileHealth", "healthReason" text, "restriction" jsonb, "phone" text, "lid" text, "qr" text, "qrExpiresAt" timestamp,
    "connectedAt" timestamp, "lastSeenAt" timestamp, "statusGeneration" int, "statusStep" int)
  WHERE p."id" = r."id"`;

/** For rows locked by lockProfiles in the same transaction. `updatedAt` stays: it is the customer's (see ProfileState). */
export async function updateProfiles(tx: pg.PoolClient, rows: readonly ProfileState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_update_profiles', UPDATE_PROFILES, asJson(rows));
}
