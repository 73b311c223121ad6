import type { Database } from '../client.js';
import type { Prisma } from '../generated/client.js';
import { followMerge } from './merged-rows.js';
import type { ProfileScope } from './messages.js';

/** Where the previous page ended: conversations without a message yet come last, their time is null. */
export interface ConversationPosition {
  at: Date | null;
  id: string;
}

export function conversationsRepository({ prisma }: Database) {
  return {
    /** The one written to last comes first. */
    list(scope: ProfileScope, { take, after }: { take: number; after?: ConversationPosition }) {
      return prisma.conversation.findMany({
        where: { ...within(scope), ...behind(after) },
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
  return { profileId, profile: { workspaceId, deletedAt: null } };
}

function behind(after: ConversationPosition | undefined): Prisma.ConversationWhereInput {
  if (!after) return {};
  const { at, id } = after;
  if (at === null) return { lastMessageAt: null, id: { lt: id } };
  return { OR: [{ lastMessageAt: { lt: at } }, { lastMessageAt: at, id: { lt: id } }, { lastMessageAt: null }] };
}
