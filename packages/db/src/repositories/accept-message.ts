import type { OutboundContent } from '@multiwa/contracts';
import type { Database } from '../client.js';
import type { MessageOrigin } from '../generated/enums.js';
import { type Executor, query } from '../query.js';

/** One send to be made durable. Its sort keys are fixed here, so that rows keep the order of acceptance. */
export interface AcceptedMessage {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  /** Who asked for it; the API when left out. */
  origin?: MessageOrigin;
  content: OutboundContent;
  status: 'QUEUED' | 'SCHEDULED';
  idempotencyKey: string | null;
  requestHash: string | null;
  sendAt: Date | null;
  /** Not to be sent after this; no limit when null or left out. */
  expiresAt?: Date | null;
  /** Sent although the recipient wants no messages. */
  ignoreOptOut?: boolean;
  /** What the caller was told of the queue before it; kept for the answer to a repetition. */
  queuedAhead?: number | null;
  createdAt: Date;
  /** How long the chat shows that we type before it leaves. */
  typingMs?: number | null;
  /** W3C trace context of its acceptance, where it is traced. */
  traceparent?: string | null;
}

/**
 * The owner's row is locked FOR KEY SHARE: deletion of a profile (FOR UPDATE) then comes wholly before or after, and
 * one that came before leaves its messages out. Rows go in by key, so that two gateways with the same keys in
 * opposite order cannot wait for each other.
 */
const ACCEPT = `
WITH owner AS MATERIALIZED (
  SELECT id, "workspaceId" FROM "Profile" WHERE id = ANY($2::text[]) AND "deletedAt" IS NULL ORDER BY id FOR KEY SHARE)
INSERT INTO "Message" (id, "workspaceId", "profileId", chat, "waMessageId", "fromMe", origin, type, content, status,
                       "idempotencyKey", "requestHash", "sendAt", "expiresAt", "queuedAhead", "timestamp", "createdAt",
                       "traceparent", "typingMs", "ignoreOptOut")
SELECT r.id, r."workspaceId", r."profileId", r.chat, r."waMessageId", true,
       coalesce(r.origin, 'API')::"MessageOrigin", r.type::"MessageType", r.content,
       r.status::"MessageStatus", r."idempotencyKey", r."requestHash", r."sendAt", r."expiresAt", r."queuedAhead",
       r."createdAt", r."createdAt", r."traceparent", r."typingMs", coalesce(r."ignoreOptOut", false)
  FROM jsonb_to_recordset($1::jsonb) AS r(
         id text, "workspaceId" text, "profileId" text, chat text, "waMessageId" text, origin text, type text, content jsonb,
         status text, "idempotencyKey" text, "requestHash" text, "sendAt" timestamp,
         "expiresAt" timestamp, "queuedAhead" int, "createdAt" timestamp, "traceparent" text,
         "typingMs" int, "ignoreOptOut" boolean)
  JOIN owner o ON o.id = r."profileId" AND o."workspaceId" = r."workspaceId"
 ORDER BY r."idempotencyKey" NULLS LAST, r."createdAt", r.id
    ON CONFLICT ("profileId", "idempotencyKey") DO NOTHING
RETURNING id`;

/**
 * Makes many sends durable in one prepared statement and returns the ids that went in. One is left out when its
 * profile is deleted or another workspace's, or when its Idempotency-Key was used before.
 */
export function acceptMessages({ pool }: Database, messages: readonly AcceptedMessage[]): Promise<Set<string>> {
  return acceptMessagesIn(pool, messages);
}

/**
 * Makes several sends durable that belong together: all of them, or none, when the profile is deleted or an
 * Idempotency-Key among them was used before. Says which.
 */
export async function acceptTogether(
  { transaction }: Pick<Database, 'transaction'>,
  messages: readonly AcceptedMessage[],
): Promise<boolean> {
  try {
    await transaction(async (tx) => {
      const { size } = await acceptMessagesIn(tx, messages);
      if (size < messages.length) throw new NotAllAccepted();
    });
    return true;
  } catch (error) {
    if (error instanceof NotAllAccepted) return false;
    throw error;
  }
}

/** Takes back those that went in. */
class NotAllAccepted extends Error {}

/** The same as a part of a transaction. */
export async function acceptMessagesIn(executor: Executor, messages: readonly AcceptedMessage[]): Promise<Set<string>> {
  const rows = messages.map((message) => ({ ...message, type: message.content.type }));
  const profileIds = [...new Set(messages.map(({ profileId }) => profileId))];
  const values = [JSON.stringify(rows), profileIds];
  const inserted = await query<{ id: string }>(executor, 'messages_accept', ACCEPT, values);
  return new Set(inserted.map(({ id }) => id));
}
