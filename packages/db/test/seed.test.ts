import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useTestDatabase } from './support/open-test-database.js';

const database = useTestDatabase();
const root = fileURLToPath(new URL('../../..', import.meta.url));

async function seed(): Promise<void> {
  const tsx = path.join(root, 'node_modules', '.bin', 'tsx');
  const env = { ...process.env, DATABASE_URL: database.url };
  await promisify(execFile)(tsx, ['prisma/seed.ts'], { cwd: root, env, timeout: 50_000 });
}

test('the seed makes a demo workspace whose profiles live in the sandbox, and running it again changes nothing', async () => {
  const { prisma } = database.db;
  const everything = () =>
    Promise.all([
      prisma.workspace.findMany({ include: { memberships: true, accounts: true } }),
      prisma.profile.findMany({ include: { contacts: true }, orderBy: { id: 'asc' } }),
    ]);
  await seed();
  const first = await everything();
  expect(first[0]).toHaveLength(1);
  expect(new Set(first[1].map(({ network }) => network))).toEqual(new Set(['SANDBOX']));
  expect(await prisma.sessionCredential.count()).toBe(0);
  await seed();
  expect(await everything()).toEqual(first);
});
