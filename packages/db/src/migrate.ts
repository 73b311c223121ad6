import { DbError } from './errors.js';
import { deployMigrations } from './migrate/deploy-migrations.js';

/** `node dist/migrate.js`: brings the database of DATABASE_URL up to date; one line on success, one sentence on a mistake. */
try {
  const url = process.env.DATABASE_URL;
  if (!url) throw new DbError('database_not_configured', 'DATABASE_URL is not set: name the database to migrate.');
  const applied = await deployMigrations(url);
  console.info(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
} catch (error) {
  console.error(error instanceof Error ? error.message.replaceAll('\n', ' ') : error);
  process.exitCode = 1;
}
