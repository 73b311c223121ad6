import type { Database } from '../client.js';
import { execute, query } from '../query.js';

const OVER = `
  SELECT "id" FROM "Message"
  WHERE "chat" = 'status@broadcast' AND NOT "fromMe" AND "timestamp" < $1
  ORDER BY "timestamp" LIMIT $2 FOR UPDATE SKIP LOCKED`;
const END_FILES = `
  UPDATE "MediaObject" SET "state" = 'EXPIRED', "problem" = 'retention'
  WHERE "messageId" = ANY($1::text[]) AND "origin" = 'RECEIVED' RETURNING "sha256"`;
const DELETE_DOWNLOADS = `
  DELETE FROM "MediaDownload" d USING "MediaObject" o WHERE o."id" = d."id" AND o."messageId" = ANY($1::text[])`;
const DELETE_REVISIONS = `DELETE FROM "MessageRevision" WHERE "messageId" = ANY($1::text[])`;
const DELETE_REACTIONS = `DELETE FROM "Reaction" WHERE "messageId" = ANY($1::text[])`;
const DELETE = `DELETE FROM "Message" WHERE "id" = ANY($1::text[])`;

/** What the end of some statuses leaves to be done. */
export interface EndedStatuses {
  count: number;
  /** Of their files, some of which may lie in the storage for nobody now. */
  hashes: string[];
}

/** Forgets statuses of others that were posted before this time, and what was kept with them; a batch of the oldest. */
export function endReceivedStatuses(
  { transaction }: Pick<Database, 'transaction'>,
  before: Date,
  limit: number,
): Promise<EndedStatuses> {
  return transaction(async (tx) => {
    const rows = await query<{ id: string }>(tx, 'statuses_over', OVER, [before.toISOString(), limit]);
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return { count: 0, hashes: [] };
    const files = await query<{ sha256: string | null }>(tx, 'statuses_end_files', END_FILES, [ids]);
    await execute(tx, 'statuses_delete_downloads', DELETE_DOWNLOADS, [ids]);
    await execute(tx, 'statuses_delete_revisions', DELETE_REVISIONS, [ids]);
    await execute(tx, 'statuses_delete_reactions', DELETE_REACTIONS, [ids]);
    const count = await execute(tx, 'statuses_delete', DELETE, [ids]);
    return { count, hashes: [...new Set(files.flatMap(({ sha256 }) => sha256 ?? []))] };
  });
}
