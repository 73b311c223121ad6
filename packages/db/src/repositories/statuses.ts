import { actionTypes, type ChatAction, statusChat } from '@multiwa/contracts';
import type { Database } from '../client.js';
import { type Executor, query } from '../query.js';
import { insertChatCommands } from './chat-commands.js';
import type { ProfileScope } from './messages.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface StatusFilter {
  fromMe?: boolean | undefined;
  /** Of this person, by either name. */
  sender?: { phone: string | null; lid: string | null } | undefined;
  /** Posted after this. */
  since: Date;
}

/** Somebody whom a status may be for. */
export interface StatusViewer {
  phone: string | null;
  lid: string | null;
}

const SEE = `
  UPDATE "Message" SET "readAt" = now()
  WHERE "id" = $1 AND "profileId" = $2 AND "workspaceId" = $3 AND "chat" = 'status@broadcast' AND NOT "fromMe"
    AND "readAt" IS NULL RETURNING "id"`;

const VIEWS = `
  SELECT "messageId", count(DISTINCT "participant")::int AS "views" FROM "MessageReceipt"
  WHERE "messageId" = ANY($1::text[]) AND "status" IN ('READ', 'PLAYED') GROUP BY "messageId"`;

/** Whose devices WhatsApp has named, or who call themselves something there; those spoken with last come first. */
const AUDIENCE = `
  SELECT c."phone", c."lid" FROM "Contact" c JOIN "Profile" p ON p."id" = c."profileId"
  LEFT JOIN LATERAL (
    SELECT max(v."lastMessageAt") AS at FROM "Conversation" v WHERE v."contactId" = c."id") AS talk ON true
  WHERE c."profileId" = $1 AND (c."lid" IS NOT NULL OR c."pushName" IS NOT NULL)
    AND c."phone" IS DISTINCT FROM p."phone" AND c."lid" IS DISTINCT FROM p."lid"
  ORDER BY talk.at DESC NULLS LAST, c."createdAt" DESC, c."id" LIMIT $2`;

const OPTED_OUT = `
  SELECT "phone", "lid" FROM "OptOut" WHERE "workspaceId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = ANY($3::text[]))`;

/** Statuses, posted and received: messages of no conversation. */
export function statusesRepository({ prisma, pool, transaction }: Database) {
  const shown = { chat: statusChat, type: { notIn: [...actionTypes] } };
  return {
    /** Without those that were taken back. */
    list(scope: ProfileScope, { take, after, fromMe, sender, since }: PageRequest & StatusFilter) {
      const from = sender && { AND: [{ OR: namesOf(sender) }] };
      const where = { ...scope, ...shown, ...from, fromMe, deletedAt: null, timestamp: { gt: since } };
      return prisma.message.findMany({ where: { ...where, ...behind(after) }, orderBy: newestFirst, take });
    },

    find(scope: ProfileScope, id: string, since: Date) {
      return prisma.message.findUnique({ where: { id, ...scope, ...shown, timestamp: { gt: since } } });
    },

    /**
     * Notes that a status of somebody else was seen, with the command that tells WhatsApp, which has the id of the status: there
     * is one at most. False when it was noted before.
     */
    see(scope: ProfileScope, id: string, action: ChatAction): Promise<boolean> {
      const { workspaceId, profileId } = scope;
      return transaction(async (tx) => {
        const rows = await query(tx, 'statuses_see', SEE, [id, profileId, workspaceId]);
        if (rows.length > 0) await insertChatCommands(tx, { ...scope, chat: statusChat }, [{ id, action }]);
        return rows.length > 0;
      });
    },

    /** What people think of one now, the first that said so first. */
    reactions(id: string) {
      return prisma.reaction.findMany({ where: { messageId: id, emoji: { not: null } }, orderBy: { at: 'asc' } });
    },

    /** How many have seen each of these. */
    async views(ids: readonly string[]): Promise<Map<string, number>> {
      if (ids.length === 0) return new Map();
      const rows = await query<{ messageId: string; views: number }>(pool, 'statuses_views', VIEWS, [ids]);
      return new Map(rows.map(({ messageId, views }) => [messageId, views]));
    },

    /** Contacts who are known to be on WhatsApp, at most so many. */
    audience: (profileId: string, most: number) =>
      query<StatusViewer & Record<string, unknown>>(pool, 'statuses_audience', AUDIENCE, [profileId, most]),
  };
}
export type StatusesRepository = ReturnType<typeof statusesRepository>;

function namesOf({ phone, lid }: { phone: string | null; lid: string | null }) {
  return [...(phone === null ? [] : [{ senderPhone: phone }]), ...(lid === null ? [] : [{ senderLid: lid }])];
}

/** Those of a workspace's opt-outs who have one of these names. */
export function optedOutAmong(
  executor: Executor,
  workspaceId: string,
  { phones, lids }: { phones: readonly string[]; lids: readonly string[] },
): Promise<StatusViewer[]> {
  return query<StatusViewer & Record<string, unknown>>(executor, 'opt_outs_among', OPTED_OUT, [
    workspaceId,
    phones,
    lids,
  ]);
}
