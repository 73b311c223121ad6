import type { Database } from '../client.js';
import type { Contact } from '../generated/client.js';
import { query } from '../query.js';
import { appendEvents } from './events.js';
import { contactEvent } from './import-contacts.js';
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
  lid?: string;
  tag?: string;
  /** A part of a name, an email address or a number. */
  search?: string;
}

const UPDATE = `
  UPDATE "Contact" c SET
    "name" = CASE WHEN g.given ? 'name' THEN g.given->>'name' ELSE c."name" END,
    "email" = CASE WHEN g.given ? 'email' THEN g.given->>'email' ELSE c."email" END,
    "tags" = CASE WHEN g.given ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(g.given->'tags')) ELSE c."tags" END,
    "metadata" = CASE WHEN g.given ? 'metadata' THEN g.given->'metadata' ELSE c."metadata" END,
    "updatedAt" = now()
  FROM "Profile" p, (SELECT $4::jsonb AS given) AS g
  WHERE c."id" = $1 AND c."profileId" = $2 AND p."id" = c."profileId" AND p."workspaceId" = $3 AND p."deletedAt" IS NULL
  RETURNING c.*`;

export function contactsRepository({ prisma, transaction }: Database) {
  return {
    list(scope: ProfileScope, { take, after, phone, lid, tag, search }: PageRequest & ContactFilter) {
      const tags = tag === undefined ? undefined : { has: tag };
      return prisma.contact.findMany({
        where: {
          ...within(scope),
          phone,
          lid,
          tags,
          ...behind(after),
          AND: search === undefined ? {} : matching(search),
        },
        orderBy: newestFirst,
        take,
      });
    },

    /** By its id, or by that of a contact which was merged into it. */
    async find(scope: ProfileScope, id: string) {
      const read = (known: string) => prisma.contact.findUnique({ where: { id: known, ...within(scope) } });
      return (await read(id)) ?? followMerge(prisma, scope, id, read);
    },

    /** With the event that tells it. */
    async update(scope: ProfileScope, id: string, change: ContactChange, eventId: string): Promise<Contact | null> {
      const write = (known: string) =>
        transaction(async (tx) => {
          const { name, email, tags, metadata } = change;
          const given = JSON.stringify({ name, email, tags, metadata });
          const [row] = await query<Contact>(tx, 'contacts_update', UPDATE, [
            known,
            scope.profileId,
            scope.workspaceId,
            given,
          ]);
          if (!row) return null;
          await appendEvents(tx, [contactEvent('contact.updated', scope, row, eventId)]);
          return row;
        });
      return (await write(id)) ?? followMerge(prisma, scope, id, write);
    },

    /** A part of all contacts, in an order that no change disturbs. */
    listById(scope: ProfileScope, { take, after }: { take: number; after: string }) {
      return prisma.contact.findMany({ where: { ...within(scope), id: { gt: after } }, orderBy: { id: 'asc' }, take });
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

function matching(search: string) {
  const digits = search.replace(/[\s+().-]/g, '');
  // Prisma hands these on as wildcards.
  const literal = search.replace(/[\\%_]/g, '\\$&');
  const contains = { contains: literal, mode: 'insensitive' as const };
  const number = /^\d{3,}$/.test(digits) ? [{ phone: { contains: digits } }, { lid: { contains: digits } }] : [];
  return { OR: [{ name: contains }, { pushName: contains }, { email: contains }, ...number] };
}
