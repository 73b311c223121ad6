import { StaleGenerationError } from '../errors.js';
import { type Executor, query } from '../query.js';
import type { Lease } from './leases.js';

// The engine seals and opens; here are only bytes and the id of the key that sealed them.

export interface Sealed {
  keyId: string;
  ciphertext: Uint8Array;
}

export interface SealedKey extends Sealed {
  type: string;
  keyName: string;
}

export interface JournalEntry extends Sealed {
  entryId: string;
}

/** What one profile has to write; parts left out stay as they are. */
export interface SessionWrite extends Lease {
  credential?: Sealed;
  /** A `ciphertext` of null deletes the key. Of two writes of one key the last counts. */
  keys?: readonly (Omit<SealedKey, 'ciphertext'> & { ciphertext: Uint8Array | null })[];
  /** An entry both put and deleted is deleted. */
  journal?: { put?: readonly JournalEntry[]; delete?: readonly string[] };
}

export type SessionWriteOutcome = 'written' | 'stale';

/**
 * One statement is one transaction and one round trip. Everything is joined to `fence`, the profiles whose generation is
 * the current one, under the lock that assertGeneration explains: a stale profile's rows find nothing to join.
 */
const WRITE = `
  WITH fence AS (
    SELECT l."profileId" AS profile, l."generation" FROM "SessionLease" l
    JOIN unnest($1::text[], $2::int[]) AS w(profile, generation)
      ON l."profileId" = w.profile AND l."generation" = w.generation
    ORDER BY l."profileId" FOR KEY SHARE OF l
  ), credentials AS (
    INSERT INTO "SessionCredential" ("profileId", "keyId", "ciphertext", "generation", "updatedAt", "deletedAt")
    SELECT profile, key, bytes, generation, now(), NULL
    FROM unnest($3::text[], $4::int[], $5::text[], $6::bytea[]) AS c(profile, generation, key, bytes)
    JOIN fence USING (profile, generation)
    ON CONFLICT ("profileId") DO UPDATE SET "keyId" = excluded."keyId", "ciphertext" = excluded."ciphertext",
      "generation" = excluded."generation", "updatedAt" = excluded."updatedAt", "deletedAt" = NULL
  ), dropped_keys AS (
    DELETE FROM "SignalKey" s
    USING unnest($7::text[], $8::int[], $9::text[], $10::text[]) AS k(profile, generation, type, name)
    JOIN fence USING (profile, generation)
    WHERE s."profileId" = k.profile AND s."type" = k.type AND s."keyName" = k.name
  ), kept_keys AS (
    INSERT INTO "SignalKey" ("profileId", "type", "keyName", "keyId", "ciphertext", "updatedAt")
    SELECT profile, type, name, key, bytes, now()
    FROM unnest($11::text[], $12::int[], $13::text[], $14::text[], $15::text[], $16::bytea[])
      AS k(profile, generation, type, name, key, bytes)
    JOIN fence USING (profile, generation)
    ON CONFLICT ("profileId", "type", "keyName") DO UPDATE
      SET "keyId" = excluded."keyId", "ciphertext" = excluded."ciphertext", "updatedAt" = excluded."updatedAt"
  ), cleared AS (
    DELETE FROM "InboundJournal" j
    USING unnest($17::text[], $18::int[], $19::text[]) AS d(profile, generation, entry) JOIN fence USING (profile, generation)
    WHERE j."profileId" = d.profile AND j."entryId" = d.entry
  ), journaled AS (
    INSERT INTO "InboundJournal" ("profileId", "entryId", "keyId", "ciphertext")
    SELECT profile, entry, key, bytes
    FROM unnest($20::text[], $21::int[], $22::text[], $23::text[], $24::bytea[]) AS p(profile, generation, entry, key, bytes)
    JOIN fence USING (profile, generation)
    ON CONFLICT ("profileId", "entryId") DO UPDATE SET "keyId" = excluded."keyId", "ciphertext" = excluded."ciphertext"
  )
  SELECT profile AS "profileId", "generation" FROM fence`;

/**
 * Writes the session state of many profiles in one transaction, each part fenced by its generation: a stale one is
 * refused without failing the others. Outcomes stand in the order of `writes`. A profile's writes must not overlap
 * (await one before the next): two at once by one owner are not ordered by anything here.
 */
export async function writeSessionState(
  executor: Executor,
  writes: readonly SessionWrite[],
): Promise<SessionWriteOutcome[]> {
  if (writes.length === 0) return [];
  const owned = await query<Lease>(executor, 'session_write', WRITE, columnsOf(writes));
  const current = new Map(owned.map(({ profileId, generation }) => [profileId, generation]));
  return writes.map(({ profileId, generation }) => (current.get(profileId) === generation ? 'written' : 'stale'));
}

type Row = readonly (string | number | Uint8Array | null)[];

function columnsOf(writes: readonly SessionWrite[]): unknown[] {
  const keys = [...lastOf(writes.flatMap(keyRows))];
  const cleared = writes.flatMap((write) => (write.journal?.delete ?? []).map((id) => [...owner(write), id]));
  const gone = new Set(cleared.map((row) => JSON.stringify(row)));
  const journal = writes
    .flatMap((write) => (write.journal?.put ?? []).map((entry) => journalRow(write, entry)))
    .filter((row) => !gone.has(JSON.stringify(row.slice(0, 3))));
  const credentials = writes.flatMap((write) =>
    write.credential ? [[...owner(write), write.credential.keyId, write.credential.ciphertext]] : [],
  );
  return [
    ...columns(lastOf(writes.map(owner), 2), 2),
    ...columns(lastOf(credentials, 2), 4),
    ...columns(
      keys.filter((row) => row[5] === null),
      4,
    ),
    ...columns(
      keys.filter((row) => row[5] !== null),
      6,
    ),
    ...columns(cleared, 3),
    ...columns(lastOf(journal, 3), 5),
  ];
}

function owner({ profileId, generation }: Lease): [string, number] {
  return [profileId, generation];
}

function keyRows(write: SessionWrite): Row[] {
  return (write.keys ?? []).map((key) => [...owner(write), key.type, key.keyName, key.keyId, key.ciphertext]);
}

function journalRow(write: SessionWrite, { entryId, keyId, ciphertext }: JournalEntry): Row {
  return [...owner(write), entryId, keyId, ciphertext];
}

/** Of rows equal in their first columns the last: one statement may touch a row only once. */
function lastOf(rows: readonly Row[], identity = 4): Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row.slice(0, identity)), row])).values()];
}

function columns(rows: readonly Row[], width: number): unknown[][] {
  return Array.from({ length: width }, (_, at) => rows.map((row) => bytesAsBuffer(row[at])));
}

/** pg writes only a Buffer as bytea when it stands in an array. */
function bytesAsBuffer(value: Row[number] | undefined): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

const DELETE_JOURNAL = `
  WITH fence AS (
    SELECT "profileId" FROM "SessionLease" WHERE "profileId" = $1 AND "generation" = $2 FOR KEY SHARE
  ), cleared AS (
    DELETE FROM "InboundJournal" j USING fence WHERE j."profileId" = fence."profileId" AND j."entryId" = ANY($3)
  )
  SELECT "profileId" FROM fence`;

/**
 * Clears journal entries whose facts the bus has confirmed.
 * @throws StaleGenerationError
 */
export async function deleteJournal(
  executor: Executor,
  profileId: string,
  generation: number,
  entryIds: readonly string[],
): Promise<void> {
  const owned = await query(executor, 'session_delete_journal', DELETE_JOURNAL, [profileId, generation, entryIds]);
  if (owned.length === 0) throw new StaleGenerationError(profileId, generation);
}
