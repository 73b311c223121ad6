import type { Database } from '../client.js';
import { type Executor, query } from '../query.js';
import type { ProfileScope } from './messages.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export function presenceSubscriptionsRepository({ prisma }: Pick<Database, 'prisma'>) {
  return {
    list({ profileId }: ProfileScope, { take, after }: PageRequest) {
      const where = { profileId, ...behind(after) };
      return prisma.presenceSubscription.findMany({ where, orderBy: newestFirst, take });
    },

    count: ({ profileId }: ProfileScope) => prisma.presenceSubscription.count({ where: { profileId } }),

    /** The one that is there already, or a new one. */
    add({ profileId }: ProfileScope, chat: string, id: string) {
      const where = { profileId_chat: { profileId, chat } };
      return prisma.presenceSubscription.upsert({ where, create: { id, profileId, chat }, update: {} });
    },

    /** The chat that is no longer followed; null when there was no such subscription. */
    async remove({ profileId }: ProfileScope, id: string): Promise<string | null> {
      const found = await prisma.presenceSubscription.findUnique({ where: { id, profileId } });
      if (found) await prisma.presenceSubscription.deleteMany({ where: { id, profileId } });
      return found?.chat ?? null;
    },
  };
}
export type PresenceSubscriptionsRepository = ReturnType<typeof presenceSubscriptionsRepository>;

const CHATS = `SELECT "chat" FROM "PresenceSubscription" WHERE "profileId" = $1 ORDER BY "createdAt", "id"`;

/** The chats whose presence a profile follows. */
export async function followedChats(executor: Executor, profileId: string): Promise<string[]> {
  const rows = await query<{ chat: string }>(executor, 'presence_followed', CHATS, [profileId]);
  return rows.map(({ chat }) => chat);
}
