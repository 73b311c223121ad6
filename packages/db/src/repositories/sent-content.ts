import type { MessageStatus } from '../generated/enums.js';
import { type Executor, query } from '../query.js';

const CONTENT = `
  SELECT "content" FROM "Message"
  WHERE "profileId" = $1 AND "waMessageId" = $2 AND "fromMe" ORDER BY "createdAt" DESC LIMIT 1`;

/**
 * The content of a message that a profile sent, as it was accepted. By WhatsApp's id alone: who asks for it again names the
 * chat in another way than we do.
 */
export async function readSentContent(executor: Executor, profileId: string, waMessageId: string): Promise<unknown> {
  const [row] = await query<{ content: unknown }>(executor, 'sent_content', CONTENT, [profileId, waMessageId]);
  return row?.content;
}

/** How far a message has come, and the time that its valid command carries. */
export interface MessageStanding {
  status: MessageStatus;
  acceptedAt: Date;
}

const STANDINGS = `
  SELECT "id", "status", coalesce("sendAt", "createdAt") AS "acceptedAt" FROM "Message" WHERE "id" = ANY($1::text[])`;

/** How far these messages have come; ids that do not exist are left out. */
export async function readMessageStandings(
  executor: Executor,
  messageIds: readonly string[],
): Promise<Map<string, MessageStanding>> {
  if (messageIds.length === 0) return new Map();
  const rows = await query<MessageStanding & { id: string }>(executor, 'message_standings', STANDINGS, [messageIds]);
  return new Map(rows.map(({ id, ...standing }) => [id, standing]));
}
