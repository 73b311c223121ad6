import { events } from '@multiwa/contracts';
import type pg from 'pg';
import type { Database } from '../client.js';
import { isUniqueViolation } from '../errors.js';
import { query } from '../query.js';
import { appendEvents } from './events.js';
import type { ProfileScope } from './messages.js';

/** A line of an import; what is null or empty is left as it is. */
export interface ImportedContact {
  /** Taken when the person is new. */
  id: string;
  eventId: string;
  phone: string | null;
  /** Every form that the number may be known by. */
  phones: readonly string[];
  lid: string | null;
  name: string | null;
  email: string | null;
  tags: readonly string[];
  metadata: Readonly<Record<string, string>>;
}

export interface ImportedRow {
  id: string;
  isNew: boolean;
}

const RACES = 3;

interface Row {
  id: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
  pushName: string | null;
}

/** In the order in which everybody locks rows of contacts. */
const KNOWN = `
  SELECT "id", "phone", "lid", "name", "pushName" FROM "Contact"
  WHERE "profileId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = ANY($3::text[])) ORDER BY "id" FOR UPDATE`;
const ROWS = `jsonb_to_recordset($1::jsonb) AS r("id" text, "profileId" text, "phone" text, "lid" text, "name" text,
  "email" text, "tags" jsonb, "metadata" jsonb)`;
const TAGS = `ARRAY(SELECT jsonb_array_elements_text(r."tags"))`;
const INSERT = `
  INSERT INTO "Contact" ("id", "profileId", "phone", "lid", "name", "email", "tags", "metadata", "updatedAt")
  SELECT "id", "profileId", "phone", "lid", "name", "email", ${TAGS}, "metadata", now() FROM ${ROWS}`;
const UPDATE = `
  UPDATE "Contact" c SET "name" = coalesce(r."name", c."name"), "email" = coalesce(r."email", c."email"),
    "tags" = c."tags" || ARRAY(SELECT tag FROM unnest(${TAGS}) AS tag WHERE tag <> ALL(c."tags")),
    "metadata" = c."metadata" || r."metadata", "updatedAt" = now()
  FROM ${ROWS} WHERE c."id" = r."id"
  RETURNING c."id", c."phone", c."lid", c."name", c."pushName"`;

/**
 * Makes and changes contacts with their events, in one transaction. Two lines about one person are one contact, and the
 * later one wins. Gives one answer for each line, in order.
 */
export async function importContacts(
  { transaction }: Pick<Database, 'transaction'>,
  scope: ProfileScope,
  lines: readonly ImportedContact[],
): Promise<ImportedRow[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction((tx) => importIn(tx, scope, lines));
    } catch (error) {
      // Somebody became known between our reading and our writing: read again.
      if (!isUniqueViolation(error) || attempt === RACES) throw error;
    }
  }
}

async function importIn(
  tx: pg.PoolClient,
  { workspaceId, profileId }: ProfileScope,
  lines: readonly ImportedContact[],
): Promise<ImportedRow[]> {
  const names = [profileId, lines.flatMap(({ phones }) => phones), lines.flatMap(({ lid }) => lid ?? [])];
  const known = await query<Row>(tx, 'contacts_import_known', KNOWN, names);
  const idOf = new Map(known.flatMap((row) => keysOf(row).map((key) => [key, row.id] as const)));
  const added: ImportedContact[] = [];
  const answers = lines.map((line) => {
    const keys = [...line.phones.map((phone) => `phone ${phone}`), ...keysOf({ phone: null, lid: line.lid })];
    const id = keys.map((key) => idOf.get(key)).find((found) => found !== undefined);
    if (id !== undefined) return { id, isNew: false };
    for (const key of keys) idOf.set(key, line.id);
    added.push(line);
    return { id: line.id, isNew: true };
  });
  const asRow = (line: ImportedContact, id: string) => ({ ...line, id, profileId });
  if (added.length > 0) {
    await query(tx, 'contacts_import_insert', INSERT, [JSON.stringify(added.map((line) => asRow(line, line.id)))]);
  }
  const changes = new Map<string, ReturnType<typeof asRow>>();
  for (const [nth, { id, isNew }] of answers.entries()) {
    const line = lines[nth];
    if (line && !isNew) changes.set(id, merged(changes.get(id), asRow(line, id)));
  }
  const changed =
    changes.size > 0
      ? await query<Row>(tx, 'contacts_import_update', UPDATE, [JSON.stringify([...changes.values()])])
      : [];
  const eventIds = new Map(answers.map(({ id }, nth) => [id, lines[nth]?.eventId ?? id]));
  await appendEvents(
    tx,
    [
      ...added.map((line) => ({
        // As a later line about the same person has made them.
        row: changed.find(({ id }) => id === line.id) ?? { ...line, pushName: null },
        type: 'contact.created' as const,
      })),
      ...changed
        .filter(({ id }) => !added.some((line) => line.id === id))
        .map((row) => ({ row, type: 'contact.updated' as const })),
    ].map(({ row, type }) => contactEvent(type, { workspaceId, profileId }, row, eventIds.get(row.id) ?? row.id)),
  );
  return answers;
}

function keysOf({ phone, lid }: { phone: string | null; lid: string | null }): string[] {
  return [...(phone === null ? [] : [`phone ${phone}`]), ...(lid === null ? [] : [`lid ${lid}`])];
}

/** Two lines about one person, as one. */
function merged<T extends ImportedContact>(before: T | undefined, line: T): T {
  if (!before) return line;
  const tags = [...new Set([...before.tags, ...line.tags])];
  const metadata = { ...before.metadata, ...line.metadata };
  return { ...line, name: line.name ?? before.name, email: line.email ?? before.email, tags, metadata };
}

/** What is told of a contact that a customer made or changed. */
export function contactEvent(
  type: 'contact.created' | 'contact.updated',
  { workspaceId, profileId }: ProfileScope,
  { id: contactId, phone, lid, name, pushName }: Row,
  eventId: string,
) {
  const shown = { phone, lid, contactId, name: name ?? pushName };
  const data = type === 'contact.updated' ? { ...shown, pushName } : shown;
  return { id: eventId, workspaceId, profileId, type, version: events[type].version, data };
}
