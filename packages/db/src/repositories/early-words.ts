import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';

/** Something that was said about a message which is not stored, as the fact said it. */
export interface EarlyWordRow {
  profileId: string;
  /** WhatsApp's id of the message that it is about. */
  targetId: string;
  kind: string;
  /** WhatsApp's id of the word itself: said twice, it is kept once. */
  waMessageId: string;
  payload: unknown;
  createdAt: Date;
}

const TAKE = `
  DELETE FROM "EarlyWord" e USING unnest($1::text[], $2::text[]) AS w(profile, target)
  WHERE e."profileId" = w.profile AND e."targetId" = w.target
  RETURNING e."profileId", e."targetId", e."kind", e."waMessageId", e."payload", e."createdAt"`;

/**
 * Takes out what was said about messages that come now. Whoever calls it has locked their profiles, so that nothing is
 * kept about them meanwhile.
 */
export async function takeEarlyWords(
  tx: pg.PoolClient,
  messages: readonly { profileId: string; waMessageId: string }[],
): Promise<EarlyWordRow[]> {
  const values = [messages.map(({ profileId }) => profileId), messages.map(({ waMessageId }) => waMessageId)];
  const rows = await query<EarlyWordRow & pg.QueryResultRow>(tx, 'facts_take_early', TAKE, values);
  return rows.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

const KEEP = `
  INSERT INTO "EarlyWord" ("profileId", "targetId", "kind", "waMessageId", "payload", "createdAt")
  SELECT "profileId", "targetId", "kind", "waMessageId", "payload", "createdAt" FROM jsonb_to_recordset($1::jsonb)
    AS r("profileId" text, "targetId" text, "kind" text, "waMessageId" text, "payload" jsonb, "createdAt" timestamp)
  ON CONFLICT DO NOTHING`;

/** Keeps what was said about messages that are not stored. */
export async function keepEarlyWords(tx: pg.PoolClient, rows: readonly EarlyWordRow[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_keep_early', KEEP, [JSON.stringify(rows)]);
}

const PRUNE = `
  DELETE FROM "EarlyWord" WHERE ("profileId", "targetId", "kind", "waMessageId") IN (
    SELECT "profileId", "targetId", "kind", "waMessageId" FROM "EarlyWord"
    WHERE "createdAt" < now() - $1 * interval '1 millisecond' ORDER BY "createdAt" LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Forgets what is older: its message will not come any more. Returns how many that were. */
export function pruneEarlyWords(executor: Executor, olderThanMs: number, limit: number): Promise<number> {
  return execute(executor, 'prune_early_words', PRUNE, [olderThanMs, limit]);
}
