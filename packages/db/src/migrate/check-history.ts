import { DbError } from '../errors.js';
import type { Migration } from './migration-files.js';

export interface HistoryRow {
  name: string;
  checksum: string;
  finished: boolean;
}

/**
 * Compares what the code knows with what the database went through and returns what is still to apply.
 * @throws DbError when the two do not belong together; see deployMigrations.
 */
export function checkHistory(migrations: readonly Migration[], applied: readonly HistoryRow[]): Migration[] {
  const known = new Set(migrations.map(({ name }) => name));
  const newer = applied.map(({ name }) => name).filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new DbError(
      'database_newer',
      `The database was migrated by a newer version of MultiWA (${newer.sort().at(-1)}): install that version, or use another database.`,
    );
  }
  const history = new Map(applied.map((row) => [row.name, row]));
  return migrations.filter((migration) => {
    const row = history.get(migration.name);
    if (row) checkApplied(row, migration);
    return !row;
  });
}

function checkApplied(row: HistoryRow, { name, checksum }: Migration): void {
  if (!row.finished) {
    throw new DbError(
      'migration_failed_earlier',
      `Migration ${name} failed earlier: repair the database, then run "prisma migrate resolve".`,
    );
  }
  if (row.checksum !== checksum) {
    throw new DbError(
      'migration_edited',
      `Migration ${name} was edited after it was applied: restore the file and write a new migration instead.`,
    );
  }
}
