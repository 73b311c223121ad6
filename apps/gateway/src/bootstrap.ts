import { openDatabase } from '@multiwa/db';
import { isApiKey } from '@multiwa/domain';
import { baseEnv, readEnv } from '@multiwa/runtime';
import { z } from 'zod';
import { bootstrap } from './use-cases/bootstrap.js';

const bootstrapEnv = z.object({
  DATABASE_URL: baseEnv.DATABASE_URL,
  /** The first key, for set-ups that hand it to others before the first start. */
  MULTIWA_BOOTSTRAP_API_KEY: z.string().refine(isApiKey, 'must be mwa_ and 43 characters of base64url').optional(),
});

/** `node dist/bootstrap.js`, after the migration: makes the first workspace; one line of JSON, or one sentence on a mistake. */
try {
  const env = readEnv(bootstrapEnv);
  const database = openDatabase({ url: env.DATABASE_URL, applicationName: 'multiwa-bootstrap' });
  try {
    console.info(JSON.stringify(await bootstrap(database, env.MULTIWA_BOOTSTRAP_API_KEY)));
  } finally {
    await database.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
