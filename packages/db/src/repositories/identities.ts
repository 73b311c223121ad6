import { type Executor, query } from '../query.js';

/** A person by both names, as far as they are known. */
interface Names {
  phone: string | null;
  lid: string | null;
}

const OF_CONTACTS = `SELECT "id", "phone", "lid" FROM "Contact" WHERE "id" = ANY($1)`;

/** Who these contacts are, by their ids; of one that is gone nothing. */
export async function identitiesOf(
  executor: Executor,
  contactIds: readonly (string | null)[],
): Promise<Map<string, Names>> {
  const ids = [...new Set(contactIds.filter((id) => id !== null))];
  if (ids.length === 0) return new Map();
  const rows = await query<{ id: string } & Names>(executor, 'identities_of', OF_CONTACTS, [ids]);
  return new Map(rows.map(({ id, phone, lid }) => [id, { phone, lid }]));
}
