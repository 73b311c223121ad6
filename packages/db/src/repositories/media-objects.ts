import type { Database } from '../client.js';
import type { MediaObject } from '../generated/client.js';
import { type Executor, query } from '../query.js';

export type NewMediaObject = Pick<MediaObject, 'id' | 'workspaceId' | 'origin' | 'mimeType'> &
  Partial<Pick<MediaObject, 'fileName' | 'width' | 'height' | 'seconds'>> & { bytes: number; sha256: string };

/** Files of workspaces, as customers bring and read them. */
export function mediaObjectsRepository({ prisma }: Pick<Database, 'prisma'>) {
  return {
    /** A file whose bytes are stored. A repetition under the same id changes nothing. */
    create(media: NewMediaObject): Promise<MediaObject> {
      const data = { ...media, bytes: BigInt(media.bytes), state: 'READY' as const, readyAt: new Date() };
      return prisma.mediaObject.upsert({ where: { id: media.id }, create: data, update: {} });
    },

    /** In its own workspace only. */
    find(workspaceId: string, id: string): Promise<MediaObject | null> {
      return prisma.mediaObject.findUnique({ where: { id, workspaceId } });
    },

    /** For a signed link, which stands for the workspace. */
    findLinked(id: string): Promise<MediaObject | null> {
      return prisma.mediaObject.findUnique({ where: { id } });
    },
  };
}
export type MediaObjectsRepository = ReturnType<typeof mediaObjectsRepository>;

const EXPIRE = `
  WITH old AS (
    SELECT "id" FROM "MediaObject" WHERE "state" = 'READY' AND "readyAt" < $1 ORDER BY "readyAt" LIMIT $2
    FOR UPDATE SKIP LOCKED),
  gone AS (
    UPDATE "MediaObject" o SET "state" = 'EXPIRED', "problem" = 'retention' FROM old WHERE o."id" = old."id"
    RETURNING o."sha256", o."messageId"),
  told AS (
    UPDATE "Message" m SET "content" = jsonb_set(m."content", '{media}',
      m."content"->'media' || '{"state": "EXPIRED", "problem": "retention"}') FROM gone
    WHERE m."id" = gone."messageId" AND m."content" ? 'media')
  SELECT DISTINCT "sha256" FROM gone WHERE "sha256" IS NOT NULL`;

/** Ends the time of at most `limit` files that were stored before `before`; returns the hashes of their bytes. */
export async function expireMedia(executor: Executor, before: Date, limit: number): Promise<string[]> {
  const rows = await query<{ sha256: string }>(executor, 'media_expire', EXPIRE, [before, limit]);
  return rows.map(({ sha256 }) => sha256);
}

const IN_USE = `SELECT 1 FROM "MediaObject" WHERE "sha256" = $1 AND "state" = 'READY' LIMIT 1`;

/** Whether a file of any workspace still has these bytes. */
export async function isBlobInUse(executor: Executor, sha256: string): Promise<boolean> {
  return (await query(executor, 'media_blob_in_use', IN_USE, [sha256])).length > 0;
}
