import type { Database } from '../client.js';
import type { Prisma } from '../generated/client.js';
import { followMerge } from './merged-rows.js';
import type { ProfileScope } from './messages.js';

/** Where the previous page ended: conversations without a message yet come last, their time is null. */
export interface ConversationPosition {
  at: Date | null;
  id: string;
}

export interface ConversationFilter {
  unread?: boolean;
  archived?: boolean;
  muted?: boolean;
  pinned?: boolean;
  label?: string;
  /** Null for those of nobody. */
  assigneeId?: string | null;
  contactId?: string;
}

export type ConversationPage = { take: number; after?: ConversationPosition } & ConversationFilter;

export function conversationsRepository({ prisma }: Database) {
  return {
    /** Whether this user belongs to the workspace. */
    async isMember(workspaceId: string, userId: string): Promise<boolean> {
      const where = { userId_workspaceId: { userId, workspaceId } };
      return (await prisma.membership.findUnique({ where, select: { userId: true } })) !== null;
    },

    /** The one written to last comes first. */
    list(scope: ProfileScope, { take, after, ...filter }: ConversationPage) {
      return prisma.conversation.findMany({
        where: { AND: [within(scope), behind(after), filtered(filter, new Date())] },
        orderBy: [{ lastMessageAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
        take,
      });
    },

    /** By its id, or by that of a conversation which was merged into it. */
    async find(scope: ProfileScope, id: string) {
      const read = (known: string) => prisma.conversation.findUnique({ where: { id: known, ...within(scope) } });
      return (await read(id)) ?? followMerge(prisma, scope, id, read);
    },
  };
}
export type ConversationsRepository = ReturnType<typeof conversationsRepository>;

function within({ workspaceId, profileId }: ProfileScope) {
  return { profileId, deletedAt: null, profile: { workspaceId, deletedAt: null } };
}

function filtered(filter: ConversationFilter, now: Date): Prisma.ConversationWhereInput {
  const { unread, archived, muted, pinned, label, assigneeId, contactId } = filter;
  const isUnread = { OR: [{ unreadCount: { gt: 0 } }, { markedUnread: true }] };
  const isMuted = { mutedUntil: { gt: now } };
  return {
    archived,
    assigneeId,
    contactId,
    ...(pinned === undefined ? {} : { pinnedAt: pinned ? { not: null } : null }),
    ...(label === undefined ? {} : { labels: { has: label } }),
    AND: [
      ...(unread === undefined ? [] : [unread ? isUnread : { NOT: isUnread }]),
      ...(muted === undefined ? [] : [muted ? isMuted : { OR: [{ mutedUntil: null }, { mutedUntil: { lte: now } }] }]),
    ],
  };
}

function behind(after: ConversationPosition | undefined): Prisma.ConversationWhereInput {
  if (!after) return {};
  const { at, id } = after;
  if (at === null) return { lastMessageAt: null, id: { lt: id } };
  return { OR: [{ lastMessageAt: { lt: at } }, { lastMessageAt: at, id: { lt: id } }, { lastMessageAt: null }] };
}
