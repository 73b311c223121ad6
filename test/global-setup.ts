import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { createDatabase, type Servers, startServers } from '../packages/launcher/dist/index.js';
import './provided-context.js';

const MIGRATE_TIMEOUT_MS = 60_000;
const templateDatabase = 'multiwa_template';
const migrate = fileURLToPath(new URL('../packages/db/dist/migrate.js', import.meta.url));

/** One PostgreSQL and one NATS server for the whole run; tests that kill servers start their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startServers({ durable: false });
  try {
    await createTemplate(servers);
  } catch (error) {
    await servers.stop();
    throw error;
  }
  project.provide('postgresUrl', servers.postgres.url('postgres'));
  project.provide('natsUrl', servers.nats.url);
  project.provide('templateDatabase', templateDatabase);
  return servers.stop;
}

async function createTemplate({ postgres }: Servers): Promise<void> {
  await createDatabase(postgres.url('postgres'), templateDatabase);
  if (!existsSync(migrate)) return;
  const env = { ...process.env, DATABASE_URL: postgres.url(templateDatabase) };
  await promisify(execFile)(process.execPath, [migrate], { env, timeout: MIGRATE_TIMEOUT_MS });
}
