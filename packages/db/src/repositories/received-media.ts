import type { MediaObject } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** A file of a received message, with the message that it belongs to. */
export interface ReceivedMediaState {
  id: string;
  workspaceId: string;
  profileId: string;
  messageId: string;
  waMessageId: string;
  chat: string;
  state: MediaObject['state'];
  problem: string | null;
  mimeType: string;
  fileName: string | null;
  bytes: number | null;
  sha256: string | null;
  width: number | null;
  height: number | null;
  seconds: number | null;
}

const INSERT = `
  INSERT INTO "MediaObject" ("id", "workspaceId", "profileId", "messageId", "origin", "state", "problem", "mimeType",
    "fileName", "bytes", "sha256", "width", "height", "seconds", "readyAt")
  SELECT r."id", r."workspaceId", r."profileId", r."messageId", 'RECEIVED', r."state"::"MediaState", r."problem",
    r."mimeType", r."fileName", r."bytes", r."sha256", r."width", r."height", r."seconds",
    CASE WHEN r."state" = 'READY' THEN now() END
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "workspaceId" text, "profileId" text, "messageId" text, "state" text,
    "problem" text, "mimeType" text, "fileName" text, "bytes" bigint, "sha256" text, "width" int, "height" int, "seconds" int)
  ON CONFLICT ("id") DO NOTHING`;

/** Files of messages that arrived. */
export async function insertReceivedMedia(tx: Executor, media: readonly ReceivedMediaState[]): Promise<void> {
  if (media.length > 0) await execute(tx, 'media_insert_received', INSERT, [JSON.stringify(media)]);
}

const LOAD = `
  SELECT o."id", o."workspaceId", o."profileId", o."messageId", m."waMessageId", m."chat", o."state", o."problem",
    o."mimeType", o."fileName", o."bytes"::float8 AS "bytes", o."sha256", o."width", o."height", o."seconds"
  FROM "MediaObject" o JOIN "Message" m ON m."id" = o."messageId"
  WHERE o."id" = ANY($1::text[]) ORDER BY o."id" FOR UPDATE OF o`;

/** Locks the files that facts are about. */
export function lockReceivedMedia(tx: Executor, ids: readonly string[]): Promise<ReceivedMediaState[]> {
  return query<ReceivedMediaState>(tx, 'media_lock_received', LOAD, [ids]);
}

const UPDATE = `
  WITH changed AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "messageId" text, "state" text, "problem" text,
      "mimeType" text, "bytes" bigint, "sha256" text, "width" int, "height" int, "shown" jsonb)),
  told AS (
    UPDATE "Message" m SET "content" = jsonb_set(m."content", '{media}', m."content"->'media' || c."shown") FROM changed c
    WHERE m."id" = c."messageId" AND m."content" ? 'media')
  UPDATE "MediaObject" o SET "state" = c."state"::"MediaState", "problem" = c."problem", "mimeType" = c."mimeType",
    "bytes" = c."bytes", "sha256" = c."sha256", "width" = c."width", "height" = c."height",
    "readyAt" = CASE WHEN c."state" = 'READY' THEN now() ELSE o."readyAt" END
  FROM changed c WHERE o."id" = c."id"`;

/** Writes what became of files, in their rows and in the messages that show them. */
export async function updateReceivedMedia(tx: Executor, media: readonly ReceivedMediaState[]): Promise<void> {
  if (media.length === 0) return;
  const rows = media.map((one) => {
    const { state, problem, mimeType, bytes, sha256, width, height } = one;
    const measures = { ...(width !== null && { width }), ...(height !== null && { height }) };
    return { ...one, shown: { state, problem, mimeType, bytes, sha256, ...measures } };
  });
  await execute(tx, 'media_update_received', UPDATE, [JSON.stringify(rows)]);
}
