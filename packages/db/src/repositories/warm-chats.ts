import { type Executor, query } from '../query.js';

/**
 * SQL: whether the person behind a chat has ever written to a profile; both given as SQL expressions, never as input. By
 * contact rather than by chat, because a person is one contact under phone number and LID.
 */
export function hasWritten(profileId: string, chat: string): string {
  const user = (server: string) => `CASE WHEN ${chat} LIKE '%@${server}' THEN split_part(${chat}, '@', 1) END`;
  return `EXISTS (
    SELECT 1 FROM "Contact" wc JOIN "Message" wm ON wm."contactId" = wc."id" AND NOT wm."fromMe"
    WHERE wc."profileId" = ${profileId} AND (wc."phone" = ${user('s.whatsapp.net')} OR wc."lid" = ${user('lid')}))`;
}

const HAS_WRITTEN = `SELECT ${hasWritten('$1::text', '$2::text')} AS warm`;

/** Whether the person behind a one-to-one chat has ever written to the profile: then WhatsApp lets a restricted one answer. */
export async function hasWrittenTo(executor: Executor, profileId: string, chat: string): Promise<boolean> {
  const [row] = await query<{ warm: boolean }>(executor, 'chats_has_written', HAS_WRITTEN, [profileId, chat]);
  return row?.warm ?? false;
}
