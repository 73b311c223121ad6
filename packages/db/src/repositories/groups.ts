import type { Database } from '../client.js';
import { type Executor, query } from '../query.js';
import type { ProfileScope } from './messages.js';
import { behind, newestFirst, type PageRequest } from './page.js';

const KNOWS = 'SELECT 1 FROM "Group" WHERE "profileId" = $1 LIMIT 1';

/** Whether any group of a profile was ever stored. */
export async function knowsGroups(executor: Executor, profileId: string): Promise<boolean> {
  return (await query(executor, 'groups_known', KNOWS, [profileId])).length > 0;
}

/** Groups that a profile is in, or was in. */
export function groupsRepository({ prisma }: Database) {
  return {
    list(scope: ProfileScope, { take, after, left }: PageRequest & { left: boolean }) {
      const where = { ...within(scope), ...behind(after), ...(left ? {} : { role: { not: null } }) };
      return prisma.group.findMany({ where, orderBy: newestFirst, take });
    },

    /** With its participants. */
    find(scope: ProfileScope, chat: string) {
      const { profileId } = scope;
      const participants = { orderBy: [{ role: 'desc' as const }, { member: 'asc' as const }] };
      return prisma.group.findUnique({
        where: { profileId_chat: { profileId, chat }, ...within(scope) },
        include: { participants },
      });
    },
  };
}
export type GroupsRepository = ReturnType<typeof groupsRepository>;

function within({ workspaceId, profileId }: ProfileScope) {
  return { profileId, profile: { workspaceId, deletedAt: null } };
}
