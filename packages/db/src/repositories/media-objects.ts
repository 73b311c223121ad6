import type { Database } from '../client.js';
import type { MediaObject } from '../generated/client.js';
import { type Executor, query } from '../query.js';
import type { ReceivedMediaState } from './received-media.js';

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

/** A file whose time is over. */
export interface ExpiredMedia {
  sha256: string | null;
  /** Of a file that came with a message that is still there: what is told of it, and the other name of the chat's person. */
  received: (ReceivedMediaState & { peerPhone: string | null; peerLid: string | null }) | null;
}

const EXPIRE = `
  WITH old AS (
    SELECT "id" FROM "MediaObject" WHERE "state" = 'READY' AND "readyAt" < $1 ORDER BY "readyAt" LIMIT $2
    FOR UPDATE SKIP LOCKED),
  gone AS (
    UPDATE "MediaObject" o SET "state" = 'EXPIRED', "problem" = 'retention' FROM old WHERE o."id" = old."id"
    RETURNING o.*),
  told AS (
    UPDATE "Message" m SET "content" = jsonb_set(m."content", '{media}',
      m."content"->'media' || '{"state": "EXPIRED", "problem": "retention"}') FROM gone
    WHERE m."id" = gone."messageId" AND m."content" ? 'media'
    RETURNING m."id", m."profileId", m."chat", m."waMessageId", split_part(m."chat", '@', 1) AS "user")
  SELECT g."id", g."workspaceId", t."profileId", t."id" AS "messageId", t."waMessageId", t."chat", g."state", g."problem",
    g."mimeType", g."fileName", g."bytes"::float8 AS "bytes", g."sha256", g."width", g."height", g."seconds",
    l."phone" AS "peerPhone", p."lid" AS "peerLid"
  FROM gone g LEFT JOIN told t ON t."id" = g."messageId"
    LEFT JOIN "Contact" p ON p."profileId" = t."profileId" AND p."phone" = t."user" AND t."chat" LIKE '%@s.whatsapp.net'
    LEFT JOIN "Contact" l ON l."profileId" = t."profileId" AND l."lid" = t."user" AND t."chat" LIKE '%@lid'
  ORDER BY g."readyAt", g."id"`;

type ExpiredRow = Omit<ReceivedMediaState, 'messageId'> & {
  messageId: string | null;
  peerPhone: string | null;
  peerLid: string | null;
};

/**
 * Ends the time of at most `limit` files that were stored before `before`, in their rows and in the messages that show
 * them; the oldest first. Whoever asks announces those that were received, in the same transaction.
 */
export async function expireMedia(tx: Executor, before: Date, limit: number): Promise<ExpiredMedia[]> {
  const rows = await query<ExpiredRow>(tx, 'media_expire', EXPIRE, [before, limit]);
  return rows.map(({ messageId, ...row }) => ({
    sha256: row.sha256,
    received: messageId === null ? null : { ...row, messageId },
  }));
}

const IN_USE = `SELECT 1 FROM "MediaObject" WHERE "sha256" = $1 AND "state" = 'READY' LIMIT 1`;

/** Whether a file of any workspace still has these bytes. */
export async function isBlobInUse(executor: Executor, sha256: string): Promise<boolean> {
  return (await query(executor, 'media_blob_in_use', IN_USE, [sha256])).length > 0;
}
