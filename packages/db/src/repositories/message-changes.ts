import type pg from 'pg';
import { execute, query } from '../query.js';

/** What a message says from now on; null content is that of a deleted one. */
export interface ContentChange {
  id: string;
  content: unknown;
  at: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** Id of the row that keeps what it said before; null keeps nothing. */
  revisionId: string | null;
}

const KEEP_REVISIONS = `
  INSERT INTO "MessageRevision" ("id", "messageId", "content", "until")
  SELECT r."revisionId", m."id", m."content", r."at"
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "revisionId" text, "at" timestamp)
  JOIN "Message" m ON m."id" = r."id" WHERE r."revisionId" IS NOT NULL
  ON CONFLICT ("messageId", "until") DO NOTHING`;

const CHANGE_CONTENTS = `
  UPDATE "Message" m SET "content" = r."content", "editedAt" = r."editedAt", "deletedAt" = r."deletedAt"
  FROM jsonb_to_recordset($1::jsonb)
    AS r("id" text, "content" jsonb, "editedAt" timestamp, "deletedAt" timestamp)
  WHERE m."id" = r."id"`;

/**
 * Changes what messages say, one change after the other, since a message may change twice in one transaction. For rows
 * locked by lockMessages in the same transaction, or inserted in it.
 */
export async function changeContents(tx: pg.PoolClient, changes: readonly ContentChange[]): Promise<void> {
  for (const change of changes) {
    const row = [JSON.stringify([change])];
    if (change.revisionId !== null) await execute(tx, 'facts_keep_revisions', KEEP_REVISIONS, row);
    await execute(tx, 'facts_change_contents', CHANGE_CONTENTS, row);
  }
}

const LOAD_CONTENTS = `SELECT "id", "content" FROM "Message" WHERE "id" = ANY($1)`;

/** What these messages say, for rows locked by lockMessages in the same transaction, which leaves most contents out. */
export function loadContents(
  tx: pg.PoolClient,
  messageIds: readonly string[],
): Promise<{ id: string; content: unknown }[]> {
  return query(tx, 'facts_load_contents', LOAD_CONTENTS, [messageIds]);
}

interface Said {
  id: string;
  messageId: string;
  fromMe: boolean;
  phone: string | null;
  lid: string | null;
  waMessageId: string;
  at: Date;
}

/** What one person thinks of a message now; null once taken back. */
export interface ReactionState extends Said {
  emoji: string | null;
}

/** What one person has chosen in a poll now. */
export interface VoteState extends Said {
  options: string[];
}

const LOAD_REACTIONS = `
  SELECT "id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at", "emoji"
  FROM "Reaction" WHERE "messageId" = ANY($1)`;
const LOAD_VOTES = `
  SELECT "id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at", "options"
  FROM "PollVote" WHERE "messageId" = ANY($1)`;

/** All reactions to these messages. Whoever writes them holds the locks of their messages. */
export function loadReactions(tx: pg.PoolClient, messageIds: readonly string[]): Promise<ReactionState[]> {
  return query<ReactionState & pg.QueryResultRow>(tx, 'facts_load_reactions', LOAD_REACTIONS, [messageIds]);
}

/** All votes in these polls, likewise. */
export function loadVotes(tx: pg.PoolClient, messageIds: readonly string[]): Promise<VoteState[]> {
  return query<VoteState & pg.QueryResultRow>(tx, 'facts_load_votes', LOAD_VOTES, [messageIds]);
}

const SAVE_REACTIONS = `
  INSERT INTO "Reaction" ("id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at", "emoji")
  SELECT "id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at", "emoji" FROM jsonb_to_recordset($1::jsonb)
    AS r("id" text, "messageId" text, "fromMe" boolean, "phone" text, "lid" text, "waMessageId" text, "at" timestamp,
      "emoji" text)
  ON CONFLICT ("id") DO UPDATE SET "phone" = excluded."phone", "lid" = excluded."lid",
    "waMessageId" = excluded."waMessageId", "at" = excluded."at", "emoji" = excluded."emoji"`;
const SAVE_VOTES = `
  INSERT INTO "PollVote" ("id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at", "options")
  SELECT "id", "messageId", "fromMe", "phone", "lid", "waMessageId", "at",
    ARRAY(SELECT jsonb_array_elements_text("options")) FROM jsonb_to_recordset($1::jsonb)
    AS r("id" text, "messageId" text, "fromMe" boolean, "phone" text, "lid" text, "waMessageId" text, "at" timestamp,
      "options" jsonb)
  ON CONFLICT ("id") DO UPDATE SET "phone" = excluded."phone", "lid" = excluded."lid",
    "waMessageId" = excluded."waMessageId", "at" = excluded."at", "options" = excluded."options"`;

export async function saveReactions(tx: pg.PoolClient, rows: readonly ReactionState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_save_reactions', SAVE_REACTIONS, [JSON.stringify(rows)]);
}

export async function saveVotes(tx: pg.PoolClient, rows: readonly VoteState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_save_votes', SAVE_VOTES, [JSON.stringify(rows)]);
}
