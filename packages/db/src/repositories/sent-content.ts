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

const STORED = `SELECT 1 FROM "Message" WHERE "profileId" = $1 AND "waMessageId" = $2 LIMIT 1`;

/** Whether a profile has a message with this id of WhatsApp's, received or sent. */
export async function isMessageStored(executor: Executor, profileId: string, waMessageId: string): Promise<boolean> {
  return (await query(executor, 'message_stored', STORED, [profileId, waMessageId])).length > 0;
}
