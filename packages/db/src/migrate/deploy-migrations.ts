import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DbError } from '../errors.js';
import { checkHistory, type HistoryRow } from './check-history.js';
import { type Migration, readMigrations } from './migration-files.js';

const CONNECT_TIMEOUT_MS = 10_000;
// Another replica may be at a long migration; below the launcher's patience for this step.
const LOCK_TIMEOUT_MS = 240_000;
/** The advisory lock that Prisma Migrate takes too, so that an author's command and a start exclude each other. */
const MIGRATE_LOCK = 72_707_369;

/** Column for column the table of Prisma Migrate, whose `migrate status` then agrees with us. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

const HISTORY = `SELECT "migration_name" AS "name", "checksum", "finished_at" IS NOT NULL AS "finished"
  FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL`;

const RECORD = `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
  VALUES ($1, $2, $3, clock_timestamp(), 1)`;

/** The repository's `prisma/migrations`, found from `packages/db/dist/migrate/`. */
export const migrationsDir = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));

/**
 * Applies the migrations that the database lacks, each in one transaction, and returns their names.
 * Several callers at once are safe: one works, the others wait and find nothing to do.
 * @throws DbError `database_unreachable`, `migrations_missing`, `database_newer`, `migration_edited`,
 * `migration_failed_earlier`, `migration_failed`; nothing of the refused migration is kept.
 */
export async function deployMigrations(url: string, dir = migrationsDir): Promise<string[]> {
  const migrations = await readMigrations(dir);
  const client = await connect(url);
  try {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK]);
    await client.query('SET lock_timeout = 0');
    await client.query(HISTORY_TABLE);
    const { rows } = await client.query<HistoryRow>(HISTORY);
    const missing = checkHistory(migrations, rows);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    // Closing the connection releases the lock.
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'multiwa-migrate',
    });
    // A connection that breaks between two queries would otherwise end the process; the next query tells.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    const said = error instanceof Error && error.message ? ` (${error.message})` : '';
    throw new DbError('database_unreachable', `The database cannot be reached${said}: check DATABASE_URL.`, {
      cause: error,
    });
  }
}

/** What cannot run in a transaction (CREATE INDEX CONCURRENTLY) does not belong into a migration. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(RECORD, [randomUUID(), checksum, name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    const said = error instanceof Error ? error.message : String(error);
    throw new DbError('migration_failed', `Migration ${name} failed and was undone: ${said}`, { cause: error });
  }
}
