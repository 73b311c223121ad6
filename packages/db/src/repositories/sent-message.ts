import { type Executor, query } from '../query.js';

/** A message as it was sent. */
export interface SentRow {
  chat: string;
  content: unknown;
  expiresInSeconds: number | undefined;
}

const SENT = `
  SELECT m."chat", m."content", c."ephemeralSeconds"
  FROM "Message" m LEFT JOIN "Conversation" c ON c."profileId" = m."profileId" AND c."chat" = m."chat"
  WHERE m."profileId" = $1 AND m."waMessageId" = $2 AND m."fromMe" ORDER BY m."createdAt" DESC LIMIT 1`;

type Row = { chat: string; content: unknown; ephemeralSeconds: number | null };

/**
 * A message that a profile sent, with the content that it was accepted with. By WhatsApp's id alone: who asks for it again
 * names the chat in another way than we do.
 */
export async function readSentMessage(
  executor: Executor,
  profileId: string,
  waMessageId: string,
): Promise<SentRow | undefined> {
  const [row] = await query<Row>(executor, 'sent_message', SENT, [profileId, waMessageId]);
  return row && { chat: row.chat, content: row.content, expiresInSeconds: row.ephemeralSeconds || undefined };
}

const STORED = `SELECT 1 FROM "Message" WHERE "profileId" = $1 AND "waMessageId" = $2 LIMIT 1`;

/** Whether a profile has a message with this id of WhatsApp's, received or sent. */
export async function isMessageStored(executor: Executor, profileId: string, waMessageId: string): Promise<boolean> {
  return (await query(executor, 'message_stored', STORED, [profileId, waMessageId])).length > 0;
}
