import type { Message } from '../generated/client.js';
import { type Executor, query } from '../query.js';
import type { PageRequest } from './page.js';

/** Whose messages, and the words. */
export interface MessageSearch extends PageRequest {
  workspaceId: string;
  /** Only this profile's. */
  profileId?: string;
  words: string;
}

/**
 * The workspace is a word of each message too, so that the index meets it with the rest; a search without any word finds
 * nothing. Changes to earlier messages are rows of their own, whose text the message they change has by then.
 */
const SEARCH = `
  WITH asked AS (SELECT websearch_to_tsquery('simple', $2) AS words, quote_literal($1)::tsquery AS owner)
  SELECT m.* FROM asked, "Message" m
  WHERE m."searchText" @@ (asked.owner && asked.words) AND numnode(asked.words) > 0 AND m."workspaceId" = $1
    AND ($3::text IS NULL OR m."profileId" = $3)
    AND ($4::timestamp IS NULL OR (m."createdAt", m."id") < ($4, $5))
    AND m."type"::text NOT IN ('EDIT', 'DELETE') AND m."chat" !~ '@(broadcast|newsletter)$'
    AND EXISTS (SELECT 1 FROM "Profile" p WHERE p."id" = m."profileId" AND p."deletedAt" IS NULL)
  ORDER BY m."createdAt" DESC, m."id" DESC LIMIT $6`;

/** Messages that hold all the words, newest first. */
export function searchMessages(executor: Executor, search: MessageSearch): Promise<Message[]> {
  const { workspaceId, profileId, words, after, take } = search;
  const values = [workspaceId, words, profileId ?? null, after?.at.toISOString() ?? null, after?.id ?? null, take];
  return query<Message>(executor, 'messages_search', SEARCH, values);
}
