import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testkit/src/database.js';
import { deployMigrations } from '../src/index.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const migrations = path.join(root, 'prisma', 'migrations');
const names = readdirSync(migrations, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const deadlineMs = 50_000;
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function emptyDatabase(): Promise<TestDatabase> {
  const made = await createTestDatabase(inject('postgresUrl'), '');
  cleanUps.push(made.drop);
  return made;
}

/** A copy of the first `count` migrations, to be changed at will. */
function copyOfMigrations(count = names.length): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-migrations-'));
  cleanUps.push(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of names.slice(0, count))
    cpSync(path.join(migrations, name), path.join(dir, name), { recursive: true });
  return dir;
}

function addMigration(dir: string, name: string, sql: string): void {
  mkdirSync(path.join(dir, name));
  writeFileSync(path.join(dir, name, 'migration.sql'), sql);
}

async function select(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const prisma = (url: string, ...args: string[]) =>
  run(path.join(root, 'node_modules', '.bin', 'prisma'), args, {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url, NO_COLOR: '1' },
    timeout: deadlineMs,
  });

test('deploying again changes nothing', async () => {
  const { url } = await emptyDatabase();
  expect(await deployMigrations(url)).toEqual(names);
  const history = await select(url, 'SELECT * FROM _prisma_migrations');
  expect(await deployMigrations(url)).toEqual([]);
  expect(await select(url, 'SELECT * FROM _prisma_migrations')).toEqual(history);
});

test('of replicas that deploy at once, one applies and the others find nothing to do', async () => {
  const { url } = await emptyDatabase();
  const applied = await Promise.all(Array.from({ length: 6 }, () => deployMigrations(url)));
  expect(applied.flat()).toEqual(names);
});

test('Prisma agrees: up to date, and neither migrations nor database differ from the schema', async () => {
  const { url } = await emptyDatabase();
  await deployMigrations(url);
  expect((await prisma(url, 'migrate', 'status')).stdout).toContain('Database schema is up to date');
  const toSchema = ['--to-schema-datamodel', 'packages/db/schema', '--exit-code'];
  const fromMigrations = await prisma(url, 'migrate', 'diff', '--from-migrations', 'prisma/migrations', ...toSchema);
  expect(fromMigrations.stdout).toContain('No difference detected');
  // With every function of the adapter in use, the shadow database is gone and the main one untouched.
  const left = await select(url, `SELECT datname FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow%'`);
  expect(left).toEqual([]);
  expect(await deployMigrations(url)).toEqual([]);
});

test('Prisma sees a difference when there is one', async () => {
  const { url } = await emptyDatabase();
  await deployMigrations(url);
  await select(url, 'ALTER TABLE "Organization" DROP COLUMN "name"');
  await expect(
    prisma(url, 'db', 'pull', '--print').then(({ stdout }) => /model Organization \{[^}]*\bname\b/.test(stdout)),
  ).resolves.toBe(false);
});

test.each(names.map((_, at) => at))('a database as migration %i left it upgrades with its rows', async (at) => {
  const { url } = await emptyDatabase();
  await deployMigrations(url, copyOfMigrations(at + 1));
  await select(url, `INSERT INTO "Organization" ("id", "name") VALUES ('kept', 'kept')`);
  expect(await deployMigrations(url)).toEqual(names.slice(at + 1));
  expect(await select(url, 'SELECT "id" FROM "Organization"')).toEqual([{ id: 'kept' }]);
});

test('a migration that was edited after it was applied is refused', async () => {
  const { url } = await emptyDatabase();
  await deployMigrations(url);
  const dir = copyOfMigrations();
  appendFileSync(path.join(dir, names[0] ?? '', 'migration.sql'), '\n-- edited\n');
  await expect(deployMigrations(url, dir)).rejects.toMatchObject({ code: 'migration_edited' });
});

test('a migration that failed earlier is refused until someone repaired it', async () => {
  const { url } = await emptyDatabase();
  await deployMigrations(url);
  await select(url, 'UPDATE _prisma_migrations SET finished_at = NULL');
  await expect(deployMigrations(url)).rejects.toMatchObject({ code: 'migration_failed_earlier' });
});

test('a migration that fails is undone whole, and the ones before it stay', async () => {
  const { url } = await emptyDatabase();
  const dir = copyOfMigrations();
  addMigration(dir, '29990101000000_broken', 'CREATE TABLE half (id int); SELECT 1 / 0;');
  await expect(deployMigrations(url, dir)).rejects.toMatchObject({ code: 'migration_failed' });
  expect(await select(url, `SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
  expect(await deployMigrations(url)).toEqual([]);
});

test('the program says in one sentence that the database is of a newer version', async () => {
  const { url } = await emptyDatabase();
  const dir = copyOfMigrations();
  addMigration(dir, '29990101000000_future', 'CREATE TABLE future (id int)');
  await deployMigrations(url, dir);
  expect(await migrate({ DATABASE_URL: url })).toEqual({
    code: 1,
    stderr:
      'The database was migrated by a newer version of MultiWA (29990101000000_future): install that version, or use another database.\n',
  });
});

test('the program migrates, says so in one line, and names its mistakes in one sentence', async () => {
  const { url } = await emptyDatabase();
  const program = path.join(root, 'packages', 'db', 'dist', 'migrate.js');
  const env = { ...process.env, DATABASE_URL: url };
  const { stdout } = await run(process.execPath, [program], { env, timeout: deadlineMs });
  expect(stdout).toBe(`Applied ${names.join(', ')}.\n`);
  expect(await migrate({ DATABASE_URL: '' })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^DATABASE_URL .+\n$/),
  });
  const away = await migrate({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
  expect(away).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The database cannot be reached .+\n$/) });
});

async function migrate(env: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  const program = path.join(root, 'packages', 'db', 'dist', 'migrate.js');
  try {
    const { stderr } = await run(process.execPath, [program], { env: { ...process.env, ...env }, timeout: deadlineMs });
    return { code: 0, stderr };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'stderr' in error)) throw error;
    return { code: error.code, stderr: String(error.stderr) };
  }
}
