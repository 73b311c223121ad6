import { afterAll, beforeAll, inject } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testkit/src/database.js';
import { type Database, type DesiredState, type Network, openDatabase } from '../../src/index.js';

export interface OpenTestDatabase {
  readonly db: Database;
  readonly url: string;
}

/** A migrated database for the tests of one file, opened before them and dropped after. */
export function useTestDatabase(): OpenTestDatabase {
  let made: TestDatabase | undefined;
  let opened: Database | undefined;
  beforeAll(async () => {
    made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
    opened = openDatabase({ url: made.url, poolSize: 16, applicationName: 'db-test' });
  });
  afterAll(async () => {
    await opened?.close();
    await made?.drop();
  });
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The test database is open only while tests run.');
    return value;
  };
  return {
    get db() {
      return present(opened);
    },
    get url() {
      return present(made).url;
    },
  };
}

/** A workspace with so many profiles; ids are `<prefix>-<n>`. */
export async function makeProfiles(
  { prisma }: Database,
  prefix: string,
  count: number,
  { network = 'SANDBOX', desiredState = 'CONNECTED' }: { network?: Network; desiredState?: DesiredState } = {},
): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}-${String(n).padStart(3, '0')}`);
  await prisma.organization.create({ data: { id: prefix, name: prefix } });
  await prisma.workspace.create({ data: { id: prefix, name: prefix, organizationId: prefix } });
  await prisma.profile.createMany({
    data: ids.map((id) => ({ id, name: id, workspaceId: prefix, network, desiredState })),
  });
  return ids;
}
