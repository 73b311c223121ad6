import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DbError, errorCode } from '../errors.js';

export interface Migration {
  /** Name of its directory; the order of names is the order of migrations. */
  name: string;
  sql: string;
  /** SHA-256 of the file in hex, as Prisma computes it. */
  checksum: string;
}

/** Reads `<dir>/<name>/migration.sql` of every migration, oldest first. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = await directoriesIn(dir);
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function directoriesIn(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new DbError('migrations_missing', `The directory of migrations ${dir} is missing: install MultiWA again.`, {
      cause: error,
    });
  }
}
