import type { Database } from '../client.js';
import type { ProfileScope } from './messages.js';
import { behind, newestFirst, type PageRequest } from './page.js';

/** What customers may edit of a person; the rest is learnt from WhatsApp. */
export interface ContactChange {
  name?: string | null;
  email?: string | null;
  tags?: string[];
  metadata?: Record<string, string | number | boolean | null>;
}

export interface ContactFilter {
  phone?: string;
  tag?: string;
}

export function contactsRepository({ prisma }: Database) {
  return {
    list(scope: ProfileScope, { take, after, phone, tag }: PageRequest & ContactFilter) {
      const tags = tag === undefined ? undefined : { has: tag };
      return prisma.contact.findMany({
        where: { ...within(scope), phone, tags, ...behind(after) },
        orderBy: newestFirst,
        take,
      });
    },

    find(scope: ProfileScope, id: string) {
      return prisma.contact.findUnique({ where: { id, ...within(scope) } });
    },

    async update(scope: ProfileScope, id: string, change: ContactChange) {
      const [row] = await prisma.contact.updateManyAndReturn({ where: { id, ...within(scope) }, data: change });
      return row ?? null;
    },

    /** The phone number behind a LID, when this profile has learnt it. */
    async phoneOfLid({ profileId }: ProfileScope, lid: string): Promise<string | null> {
      const where = { profileId_lid: { profileId, lid } };
      return (await prisma.contact.findUnique({ where, select: { phone: true } }))?.phone ?? null;
    },
  };
}
export type ContactsRepository = ReturnType<typeof contactsRepository>;

function within({ workspaceId, profileId }: ProfileScope) {
  return { profileId, profile: { workspaceId, deletedAt: null } };
}
