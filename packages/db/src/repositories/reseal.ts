import type pg from 'pg';
import { type Executor, execute, query } from '../query.js';

// Rotation of the encryption key: every sealed value of the database, wherever it stands, so that none is forgotten.

interface SealedTable {
  table: string;
  /** Its primary key. */
  key: readonly string[];
  keyId: string;
  ciphertext: string;
}

export const sealedTables = {
  credentials: { table: 'SessionCredential', key: ['profileId'], keyId: 'keyId', ciphertext: 'ciphertext' },
  signalKeys: { table: 'SignalKey', key: ['profileId', 'type', 'keyName'], keyId: 'keyId', ciphertext: 'ciphertext' },
  journal: { table: 'InboundJournal', key: ['profileId', 'entryId'], keyId: 'keyId', ciphertext: 'ciphertext' },
  webhooks: { table: 'WebhookEndpoint', key: ['id'], keyId: 'secretKeyId', ciphertext: 'secretCipher' },
  proxies: { table: 'Profile', key: ['id'], keyId: 'proxyKeyId', ciphertext: 'proxyCiphertext' },
} as const satisfies Record<string, SealedTable>;
export type SealedTableName = keyof typeof sealedTables;
export const sealedTableNames = Object.keys(sealedTables) as SealedTableName[];

export interface SealedRow {
  /** Values of the primary key, in its order. */
  key: string[];
  keyId: string;
  ciphertext: Buffer;
}

export interface ResealedRow {
  key: string[];
  /** What was read: the row is changed only while it still holds this. */
  old: Uint8Array;
  ciphertext: Uint8Array;
}

/** Rows of each table by the key that sealed them. */
export async function countByKey(executor: Executor): Promise<Record<SealedTableName, Map<string, number>>> {
  const counted = await Promise.all(
    sealedTableNames.map(async (name) => {
      const { table, keyId } = sealedTables[name];
      const text = `
        SELECT "${keyId}" AS "keyId", count(*)::int AS "rows" FROM "${table}"
        WHERE "${keyId}" IS NOT NULL GROUP BY 1`;
      const rows = await query<{ keyId: string; rows: number }>(executor, `reseal_count_${name}`, text);
      return [name, new Map(rows.map((row) => [row.keyId, row.rows]))];
    }),
  );
  return Object.fromEntries(counted);
}

/** The next rows behind `after` that another key than this one sealed, in the order of the primary key. */
export async function readSealed(
  executor: Executor,
  name: SealedTableName,
  { notKeyId, after, limit }: { notKeyId: string; after: readonly string[] | undefined; limit: number },
): Promise<SealedRow[]> {
  const { table, key, keyId, ciphertext } = sealedTables[name];
  const columns = key.map((column) => `"${column}"`).join(', ');
  const values = key.map((_, index) => `$${index + 3}`).join(', ');
  const text = `
    SELECT ARRAY[${columns}]::text[] AS "key", "${keyId}" AS "keyId", "${ciphertext}" AS "ciphertext" FROM "${table}"
    WHERE "${keyId}" <> $1 AND (${columns}) > (${values}) ORDER BY ${columns} LIMIT $2`;
  return query<SealedRow>(executor, `reseal_read_${name}`, text, [notKeyId, limit, ...(after ?? key.map(() => ''))]);
}

/**
 * Puts newly sealed values in place of those that were read, where those still stand. Rows that somebody is just writing are
 * passed by: this waits for nobody's lock, so that no deadlock with an engine's grouped writes can arise.
 * @returns how many were changed
 */
export async function swapSealed(
  executor: Executor,
  name: SealedTableName,
  newKeyId: string,
  rows: readonly ResealedRow[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const { table, key, keyId, ciphertext } = sealedTables[name];
  const aliases = key.map((_, index) => `k${index}`);
  const same = (left: string, right: string) =>
    key.map((column, index) => `${left}."${column}" = ${right}.k${index}`).join(' AND ');
  const text = `
    WITH given AS (
      SELECT * FROM unnest(${key.map((_, index) => `$${index + 4}::text[]`).join(', ')}, $2::bytea[], $3::bytea[])
        AS g(${aliases.join(', ')}, old, new)
    ), target AS (
      SELECT g.* FROM "${table}" t JOIN given g ON ${same('t', 'g')} AND t."${ciphertext}" = g.old
      FOR NO KEY UPDATE OF t SKIP LOCKED
    )
    UPDATE "${table}" t SET "${keyId}" = $1, "${ciphertext}" = target.new FROM target WHERE ${same('t', 'target')}`;
  return execute(executor, `reseal_swap_${name}`, text, [
    newKeyId,
    rows.map(({ old }) => Buffer.from(old)),
    rows.map((row) => Buffer.from(row.ciphertext)),
    ...key.map((_, index) => rows.map((row) => row.key[index])),
  ]);
}

/** Where writes stand now: those that are under way have a number below. */
export async function currentTransaction(executor: Executor): Promise<string> {
  const text = 'SELECT pg_current_xact_id()::text AS id';
  const [row] = await query<{ id: string }>(executor, 'reseal_current', text);
  return row?.id ?? '0';
}

/** Whether every write that was under way at `transaction` has ended. */
export async function writesEnded(executor: Executor, transaction: string): Promise<boolean> {
  const text = 'SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS ended';
  const [row] = await query<{ ended: boolean }>(executor, 'reseal_ended', text, [transaction]);
  return row?.ended ?? false;
}

const LOCK = `SELECT pg_try_advisory_lock(hashtextextended('multiwa:rotate-keys', 0)) AS won`;

/** Runs `work` as the only rotation of this database; undefined while another one runs. */
export async function asOnlyRotation<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T | undefined> {
  const session = await pool.connect();
  try {
    const [row] = await query<{ won: boolean }>(session, 'reseal_lock', LOCK);
    return row?.won ? await work() : undefined;
  } finally {
    // The lock is the session's.
    session.release(true);
  }
}
