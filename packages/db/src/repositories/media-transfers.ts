import { type Executor, execute, query } from '../query.js';

/** A received file that is to be fetched, or was. */
export interface DownloadRow {
  id: string;
  source: unknown;
  attempts: number;
  askedAgain: boolean;
  dueAt: Date | null;
}

const QUEUE = `
  INSERT INTO "MediaDownload" ("id", "workspaceId", "profileId", "source", "dueAt") VALUES ($1, $2, $3, $4, now())
  ON CONFLICT ("id") DO NOTHING`;

/** Notes that a file is to be fetched; once, however often the message is said. */
export async function queueDownload(
  executor: Executor,
  { id, workspaceId, profileId, source }: { id: string; workspaceId: string; profileId: string; source: unknown },
): Promise<void> {
  await execute(executor, 'media_queue_download', QUEUE, [id, workspaceId, profileId, JSON.stringify(source)]);
}

const OPEN = `
  SELECT "id", "source", "attempts", "askedAgain", "dueAt" FROM "MediaDownload"
  WHERE "profileId" = $1 AND "dueAt" IS NOT NULL ORDER BY "dueAt" LIMIT $2`;

/** What is to be fetched for a profile, the most urgent first. Only the owner of the profile works on it. */
export function openDownloads(executor: Executor, profileId: string, limit: number): Promise<DownloadRow[]> {
  return query<DownloadRow>(executor, 'media_open_downloads', OPEN, [profileId, limit]);
}

const SETTLE = `UPDATE "MediaDownload" SET "dueAt" = NULL WHERE "id" = $1`;

/** It was fetched, or given up. */
export async function settleDownload(executor: Executor, id: string): Promise<void> {
  await execute(executor, 'media_settle_download', SETTLE, [id]);
}

const POSTPONE = `
  UPDATE "MediaDownload" SET "attempts" = $2, "askedAgain" = $3, "source" = $4, "dueAt" = now() + $5 * interval '1 millisecond'
  WHERE "id" = $1`;

/** It is to be tried again after a pause, perhaps from another place. */
export async function postponeDownload(
  executor: Executor,
  { id, attempts, askedAgain, source }: Omit<DownloadRow, 'dueAt'>,
  pauseMs: number,
): Promise<void> {
  const values = [id, attempts, askedAgain, JSON.stringify(source), pauseMs];
  await execute(executor, 'media_postpone_download', POSTPONE, values);
}

const REOPEN = `
  UPDATE "MediaDownload" SET "attempts" = 0, "askedAgain" = false, "dueAt" = now()
  WHERE "id" = $1 AND "profileId" = $2`;

const QUEUE_IMPORTED = `
  INSERT INTO "MediaDownload" ("id", "workspaceId", "profileId", "source", "dueAt")
  SELECT o."id", o."workspaceId", o."profileId", m."content"->'media'->'source', now()
  FROM "MediaObject" o JOIN "Message" m ON m."id" = o."messageId"
  WHERE o."id" = $1 AND o."profileId" = $2 AND m."content"->'media'->>'id' = o."id" AND m."content"->'media' ? 'source'
  ON CONFLICT ("id") DO NOTHING`;

/**
 * It is to be fetched once more, from the beginning; false when nothing is known of it. Files of imported messages are not
 * fetched before somebody asks: how, stands in their messages alone.
 */
export async function reopenDownload(executor: Executor, profileId: string, id: string): Promise<boolean> {
  if ((await execute(executor, 'media_reopen_download', REOPEN, [id, profileId])) > 0) return true;
  return (await execute(executor, 'media_queue_imported', QUEUE_IMPORTED, [id, profileId])) > 0;
}

const FIND_UPLOAD = `
  SELECT "uploaded", "uploadedAt" FROM "MediaUpload" WHERE "profileId" = $1 AND "mediaType" = $2 AND "sha256" = $3`;

/** What WhatsApp gave for a file that this profile uploaded. */
export async function findUpload(
  executor: Executor,
  profileId: string,
  mediaType: string,
  sha256: string,
): Promise<{ uploaded: unknown; uploadedAt: Date } | undefined> {
  type Row = { uploaded: unknown; uploadedAt: Date };
  const [row] = await query<Row>(executor, 'media_find_upload', FIND_UPLOAD, [profileId, mediaType, sha256]);
  return row;
}

const SAVE_UPLOAD = `
  INSERT INTO "MediaUpload" ("profileId", "mediaType", "sha256", "uploaded") VALUES ($1, $2, $3, $4)
  ON CONFLICT ("profileId", "mediaType", "sha256") DO UPDATE SET "uploaded" = excluded."uploaded", "uploadedAt" = now()`;

/** Keeps what WhatsApp gave for a file; a later upload replaces it. */
export async function saveUpload(
  executor: Executor,
  profileId: string,
  mediaType: string,
  sha256: string,
  uploaded: unknown,
): Promise<void> {
  await execute(executor, 'media_save_upload', SAVE_UPLOAD, [profileId, mediaType, sha256, JSON.stringify(uploaded)]);
}
