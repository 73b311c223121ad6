import type { Database } from '../client.js';
import type { OptOut } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';
import { type EndedMessage, refuseWaiting } from './due-messages.js';
import { appendEvents, type NewEvent } from './events.js';
import { behind, newestFirst, type PageRequest } from './page.js';

/** A person in all the names that may stand in a ledger: every form of the number, and the LID. */
export interface PersonNames {
  phones: readonly string[];
  lid: string | null;
}

/** Who asked for a change, and why. */
export interface OptOutCause {
  changeId: string;
  apiKeyId: string;
  reason: string | null;
}

const IS_OPTED_OUT = `
  SELECT 1 FROM "OptOut" WHERE "workspaceId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = $3) LIMIT 1`;

/** Whether a person wants no messages of this workspace. */
export async function isOptedOut(
  executor: Executor,
  workspaceId: string,
  { phones, lid }: PersonNames,
): Promise<boolean> {
  return (await query(executor, 'opt_outs_is', IS_OPTED_OUT, [workspaceId, phones, lid])).length > 0;
}

const OPTED_OUT_AMONG = `
  SELECT r."id" FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "workspaceId" text, "phones" jsonb, "lid" text)
  WHERE EXISTS (SELECT 1 FROM "OptOut" o WHERE o."workspaceId" = r."workspaceId"
    AND (o."phone" IN (SELECT jsonb_array_elements_text(r."phones")) OR o."lid" = r."lid"))`;

/** Those among these of which the person wants no messages of the workspace, by their ids. */
export async function optedOutRecipients(
  executor: Executor,
  people: readonly (PersonNames & { id: string; workspaceId: string })[],
): Promise<Set<string>> {
  if (people.length === 0) return new Set();
  const rows = await query<{ id: string }>(executor, 'opt_outs_recipients', OPTED_OUT_AMONG, [JSON.stringify(people)]);
  return new Set(rows.map(({ id }) => id));
}

/** What an entry in the ledger does to messages that wait for the person. */
export interface Refusal {
  /** The person's chats. */
  chats: readonly string[];
  /** What is told of each message that ends by it. */
  eventsOf(ended: readonly EndedMessage[]): NewEvent[];
}

const ADD = `
  INSERT INTO "OptOut" ("id", "workspaceId", "phone", "lid", "reason") VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING RETURNING *`;
const FIND = `
  SELECT * FROM "OptOut" WHERE "workspaceId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = $3) LIMIT 1`;
const NOTE_ADDED = `
  INSERT INTO "OptOutChange" ("id", "workspaceId", "action", "phone", "lid", "reason", "apiKeyId")
  VALUES ($1, $2, 'ADDED', $3, $4, $5, $6)`;

/** Who wants no messages, and the history of it; one ledger a workspace. */
export function optOutsRepository({ prisma, pool, transaction }: Database) {
  return {
    list(workspaceId: string, { take, after, names }: PageRequest & { names: PersonNames | undefined }) {
      const where = { workspaceId, ...behind(after), AND: names ? namedSo(names) : {} };
      return prisma.optOut.findMany({ where, orderBy: newestFirst, take });
    },

    history(workspaceId: string, { take, after, names }: PageRequest & { names: PersonNames | undefined }) {
      const where = { workspaceId, ...behind(after), AND: names ? namedSo(names) : {} };
      return prisma.optOutChange.findMany({ where, orderBy: newestFirst, take });
    },

    async any(workspaceId: string): Promise<boolean> {
      return (await prisma.optOut.findFirst({ where: { workspaceId }, select: { id: true } })) !== null;
    },

    isOptedOut: (workspaceId: string, names: PersonNames) => isOptedOut(pool, workspaceId, names),

    /** The other half of a person, as far as any profile of the workspace knows it. */
    async otherNames(workspaceId: string, { phones, lid }: PersonNames) {
      const where = {
        profile: { workspaceId },
        OR: [{ phone: { in: [...phones] } }, ...(lid === null ? [] : [{ lid }])],
      };
      const select = { phone: true, lid: true };
      const rows = await prisma.contact.findMany({
        where: { ...where, phone: { not: null }, lid: { not: null } },
        select,
        take: 1,
      });
      return rows[0] ?? null;
    },

    /**
     * Enters a person, unless they stand there; `isNew` says which. What waits for them and has not begun ends with the
     * entry, as `refusal` tells; `ended` says how many that were. From the commit on nothing to them begins.
     */
    add(
      row: { id: string; workspaceId: string; phone: string | null; lid: string | null },
      names: PersonNames,
      cause: OptOutCause,
      refusal: Refusal,
    ): Promise<{ optOut: OptOut; isNew: boolean; ended: number }> {
      const { id, workspaceId, phone, lid } = row;
      const { changeId, apiKeyId, reason } = cause;
      return transaction(async (tx) => {
        const find = () => query<OptOut>(tx, 'opt_outs_find', FIND, [workspaceId, names.phones, names.lid]);
        const [known] = await find();
        if (known) return { optOut: known, isNew: false, ended: 0 };
        const [added] = await query<OptOut>(tx, 'opt_outs_add', ADD, [id, workspaceId, phone, lid, reason]);
        if (!added) {
          const [other] = await find();
          if (!other) throw new Error('An opt-out was taken out at the moment at which it was entered again.');
          return { optOut: other, isNew: false, ended: 0 };
        }
        await execute(tx, 'opt_outs_note_added', NOTE_ADDED, [changeId, workspaceId, phone, lid, reason, apiKeyId]);
        const ended = await refuseWaiting(tx, workspaceId, refusal.chats);
        await appendEvents(tx, refusal.eventsOf(ended));
        return { optOut: added, isNew: true, ended: ended.length };
      });
    },

    /** Takes a person out again; null when they did not stand there. */
    async remove(workspaceId: string, id: string, { changeId, apiKeyId, reason }: OptOutCause): Promise<OptOut | null> {
      return prisma.$transaction(async (tx) => {
        const optOut = await tx.optOut.findUnique({ where: { id, workspaceId } });
        if (!optOut || (await tx.optOut.deleteMany({ where: { id } })).count === 0) return null;
        const { phone, lid } = optOut;
        const change = { id: changeId, workspaceId, action: 'REMOVED' as const, phone, lid, reason, apiKeyId };
        await tx.optOutChange.create({ data: change });
        return optOut;
      });
    },
  };
}
export type OptOutsRepository = ReturnType<typeof optOutsRepository>;

function namedSo({ phones, lid }: PersonNames) {
  return { OR: [{ phone: { in: [...phones] } }, ...(lid === null ? [] : [{ lid }])] };
}
