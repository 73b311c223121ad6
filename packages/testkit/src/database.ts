import { randomUUID } from 'node:crypto';
import { createDatabase, dropDatabase } from '@multiwa/launcher';

export interface TestDatabase {
  url: string;
  /** Closes whatever is still connected. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of one's own, in about 20 ms: a copy of the run's template.
 * `postgresUrl` is `inject('postgresUrl')`; a `template` of '' makes a database without any table.
 */
export async function createTestDatabase(postgresUrl: string, template = 'multiwa_template'): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await createDatabase(postgresUrl, name, template);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabase(postgresUrl, name) };
}
