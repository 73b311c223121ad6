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
