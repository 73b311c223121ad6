import path from 'node:path';
import { defineConfig } from 'prisma/config';
import { MigrationAdapter } from './packages/db/authoring/migration-adapter.js';

export default defineConfig({
  // The schema engine of the npm package itself: the native one would be downloaded.
  engine: 'js',
  experimental: { adapter: true },
  // Asked for only by the commands that need a database; generate, validate and format work without DATABASE_URL.
  adapter: async () => new MigrationAdapter(databaseUrl()),
  schema: path.join('packages', 'db', 'schema'),
  migrations: { path: path.join('prisma', 'migrations'), seed: 'tsx prisma/seed.ts' },
});

function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('Set DATABASE_URL to the database that this command should look at.');
  return url;
}
