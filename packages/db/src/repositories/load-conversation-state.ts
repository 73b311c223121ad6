import type pg from 'pg';
import type {
  DesiredState,
  MessageOrigin,
  MessageStatus,
  MessageType,
  ProfileHealth,
  SessionStatus,
} from '../generated/enums.js';
import { query } from '../query.js';

export interface ProfileState {
  id: string;
  workspaceId: string;
  desiredState: DesiredState;
  status: SessionStatus;
  statusReason: string | null;
  health: ProfileHealth;
  healthReason: string | null;
  /** As in the contracts' restrictionSchema; null unless health is RESTRICTED. */
  restriction: unknown;
  phone: string | null;
  lid: string | null;
  qr: string | null;
  qrExpiresAt: Date | null;
  connectedAt: Date | null;
  lastSeenAt: Date | null;
  statusGeneration: number;
  statusStep: number;
  /** As in the contracts' profileSettingsSchema; the customer's. */
  settings: unknown;
  /** When a customer last edited the profile or asked something of it: what the session says does not move it. */
  updatedAt: Date;
}

const LOCK_PROFILES = `
  SELECT "id", "workspaceId", "desiredState", "status", "statusReason", "health", "healthReason", "restriction",
    "phone", "lid", "qr", "qrExpiresAt", "connectedAt", "lastSeenAt", "statusGeneration", "statusStep", "settings", "updatedAt"
  FROM "Profile" WHERE "id" = ANY($1) ORDER BY "id" FOR NO KEY UPDATE`;

/**
 * Reads profiles and makes other appliers of facts about them wait until this transaction ends, in the order of ids so
 * that two never wait in a circle. Inserts that refer to the profile (accepting a message) are not held up.
 */
export function lockProfiles(tx: pg.PoolClient, ids: readonly string[]): Promise<ProfileState[]> {
  return query<ProfileState>(tx, 'facts_lock_profiles', LOCK_PROFILES, [ids]);
}

export interface MessageState {
  id: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  fromMe: boolean;
  origin: MessageOrigin;
  type: MessageType;
  status: MessageStatus;
  senderPhone: string | null;
  senderLid: string | null;
  contactId: string | null;
  /** Of a poll, an album, and of what changes another message; null for the others unless they are read for a reason. */
  content: unknown;
  timestamp: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  endedAt: Date | null;
  failureCode: string | null;
  failureDetail: string | null;
  /** W3C trace context of its acceptance, where it is traced. */
  traceparent: string | null;
  /** To how many others it went in a group. */
  recipients: number | null;
}

export interface MessageWanted {
  profileId: string;
  waMessageId: string;
  /** Ours, when it is known. */
  messageId: string | null;
}

const MESSAGE_COLUMNS = `m."id", m."profileId", m."chat", m."waMessageId", m."fromMe", m."origin", m."type", m."status",
  m."senderPhone", m."senderLid", m."contactId", m."timestamp", m."editedAt", m."deletedAt",
  CASE WHEN m."type" IN ('POLL', 'ALBUM', 'REACTION', 'EDIT', 'DELETE', 'VOTE') THEN m."content" END AS "content", m."sentAt", m."deliveredAt", m."readAt", m."playedAt", m."endedAt", m."failureCode", m."failureDetail",
  m."traceparent", m."recipients"`;

/** The two ways in are joined by UNION in the subquery, because OR would keep both indexes from being used. */
const LOCK_MESSAGES = `
  WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w(profile, wa, message))
  SELECT ${MESSAGE_COLUMNS} FROM "Message" m
  WHERE m."id" IN (
    SELECT k."id" FROM wanted JOIN "Message" k ON k."id" = wanted.message AND k."profileId" = wanted.profile
    UNION
    SELECT k."id" FROM wanted JOIN "Message" k ON k."profileId" = wanted.profile AND k."waMessageId" = wanted.wa
  ) ORDER BY m."id" FOR NO KEY UPDATE`;

/** Reads and locks the messages that facts speak of: by our id, and by WhatsApp's within the profile. */
export function lockMessages(tx: pg.PoolClient, wanted: readonly MessageWanted[]): Promise<MessageState[]> {
  return query<MessageState>(tx, 'facts_lock_messages', LOCK_MESSAGES, [
    wanted.map(({ profileId }) => profileId),
    wanted.map(({ waMessageId }) => waMessageId),
    wanted.map(({ messageId }) => messageId),
  ]);
}

export interface ContactState {
  id: string;
  profileId: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
  pushName: string | null;
  /** Whether a message of this contact was stored before. */
  hasWritten: boolean;
}

export interface ContactWanted {
  profileId: string;
  phone: string | null;
  lid: string | null;
}

const LOAD_CONTACTS = `
  WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w(profile, phone, lid))
  SELECT c."id", c."profileId", c."phone", c."lid", c."name", c."pushName",
    EXISTS (SELECT 1 FROM "Message" m WHERE m."contactId" = c."id" AND NOT m."fromMe") AS "hasWritten"
  FROM "Contact" c
  WHERE c."id" IN (
    SELECT k."id" FROM wanted JOIN "Contact" k ON k."profileId" = wanted.profile AND k."phone" = wanted.phone
    UNION
    SELECT k."id" FROM wanted JOIN "Contact" k ON k."profileId" = wanted.profile AND k."lid" = wanted.lid
  )`;

/** The contacts that have one of these phones or LIDs. */
export function loadContacts(tx: pg.PoolClient, wanted: readonly ContactWanted[]): Promise<ContactState[]> {
  return query<ContactState>(tx, 'facts_load_contacts', LOAD_CONTACTS, [
    wanted.map(({ profileId }) => profileId),
    wanted.map(({ phone }) => phone),
    wanted.map(({ lid }) => lid),
  ]);
}
