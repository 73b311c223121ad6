import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

// What tests need and no caller of the API may do, straight in the database.

/**
 * Makes an organization and a workspace of somebody else, with one profile.
 * @returns the profile's id.
 */
export async function foreignProfile(databaseUrl: string): Promise<string> {
  const [organization, workspace, profile] = [newId(), newId(), newId()];
  await withDatabase(databaseUrl, async (client) => {
    await client.query('INSERT INTO "Organization" ("id", "name") VALUES ($1, $2)', [organization, 'Somebody else']);
    await client.query('INSERT INTO "Workspace" ("id", "organizationId", "name") VALUES ($1, $2, $3)', [
      workspace,
      organization,
      'Theirs',
    ]);
    await client.query(
      `INSERT INTO "Profile" ("id", "workspaceId", "name", "network", "updatedAt") VALUES ($1, $2, $3, 'SANDBOX', now())`,
      [profile, workspace, 'Their number'],
    );
  });
  return profile;
}

/**
 * Makes an organization and a workspace of somebody else, with an API key.
 * @returns the key, which may do everything there.
 */
export async function foreignKey(databaseUrl: string): Promise<string> {
  const [organization, workspace] = [newId(), newId()];
  const key = `mwa_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest('hex');
  await withDatabase(databaseUrl, async (client) => {
    await client.query('INSERT INTO "Organization" ("id", "name") VALUES ($1, $2)', [organization, 'Somebody else']);
    await client.query('INSERT INTO "Workspace" ("id", "organizationId", "name") VALUES ($1, $2, $3)', [
      workspace,
      organization,
      'Theirs',
    ]);
    await client.query(
      `INSERT INTO "ApiKey" ("id", "workspaceId", "name", "prefix", "hash", "scopes") VALUES ($1, $2, $3, $4, $5, $6)`,
      [newId(), workspace, 'Theirs', key.slice(0, 10), hash, ['admin']],
    );
  });
  return key;
}

/** Makes a key one whose time is over. */
export async function expireApiKey(databaseUrl: string, id: string): Promise<void> {
  await withDatabase(databaseUrl, (client) =>
    client.query(`UPDATE "ApiKey" SET "expiresAt" = now() - interval '1 second' WHERE "id" = $1`, [id]),
  );
}

/** Who owns a profile's session. */
export interface Holder {
  profileId: string;
  generation: number;
  /** Process id of its worker; null while nobody owns it. */
  pid: number | null;
}

/** Who owns which session at the moment; expired leases that nobody has claimed yet included. */
export async function sessionHolders(databaseUrl: string): Promise<Holder[]> {
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<Holder>(
      `SELECT l."profileId", l."generation", w."pid" FROM "SessionLease" l
       LEFT JOIN "EngineWorker" w ON w."id" = l."workerId" ORDER BY l."profileId"`,
    );
    return rows;
  });
}

async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function newId(): string {
  return `c${randomBytes(12).toString('hex')}`;
}
