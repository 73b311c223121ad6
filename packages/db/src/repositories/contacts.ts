import type { Database } from '../client.js';
import { followMerge } from './merged-rows.js';
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

    /** By its id, or by that of a contact which was merged into it. */
    async find(scope: ProfileScope, id: string) {
      const read = (known: string) => prisma.contact.findUnique({ where: { id: known, ...within(scope) } });
      return (await read(id)) ?? followMerge(prisma, scope, id, read);
    },

    async update(scope: ProfileScope, id: string, change: ContactChange) {
      const write = async (known: string) => {
        const where = { id: known, ...within(scope) };
        const [row] = await prisma.contact.updateManyAndReturn({ where, data: change });
        return row ?? null;
      };
      return (await write(id)) ?? followMerge(prisma, scope, id, write);
    },

    /** The phone number behind a LID, when this profile has learnt it. */
    async phoneOfLid({ profileId }: ProfileScope, lid: string): Promise<string | null> {
      const where = { profileId_lid: { profileId, lid } };
      return (await prisma.contact.findUnique({ where, select: { phone: true } }))?.phone ?? null;
    },

    /** Which of these numbers the profile knows a person by; the first of them, if several. */
    async firstKnownPhone({ profileId }: ProfileScope, phones: readonly string[]): Promise<string | null> {
      const rows = await prisma.contact.findMany({
        where: { profileId, phone: { in: [...phones] } },
        select: { phone: true },
      });
      return phones.find((phone) => rows.some((row) => row.phone === phone)) ?? null;
    },
  };
}
export type ContactsRepository = ReturnType<typeof contactsRepository>;

function within({ workspaceId, profileId }: ProfileScope) {
  return { profileId, profile: { workspaceId, deletedAt: null } };
}
