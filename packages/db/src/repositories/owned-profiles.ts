import type { DesiredState, EngineType, ProfileHealth } from '../generated/enums.js';
import { type Executor, query } from '../query.js';
import type { Sealed } from './session-state.js';

/** What the owner of a profile's lease has to know about it. */
export interface OwnedProfile {
  profileId: string;
  workspaceId: string;
  engine: EngineType;
  desiredState: DesiredState;
  /** Of the last status fact that was applied to the row. */
  statusGeneration: number;
  statusStep: number;
  /** As the last owner left it. */
  health: ProfileHealth;
  healthReason: string | null;
  restriction: unknown;
  /** The way to WhatsApp that the customer chose; null: the straight one. */
  proxy: Sealed | null;
  /** As in the contracts' profileSettingsSchema. */
  settings: unknown;
}

type Row = Omit<OwnedProfile, 'proxy'> & { proxyKeyId: string | null; proxyCiphertext: Uint8Array | null };

const DESCRIBE = `
  SELECT "id" AS "profileId", "workspaceId", "engine", "statusGeneration", "statusStep", "health", "healthReason",
    "restriction", "settings", "proxyKeyId", "proxyCiphertext",
    CASE WHEN "deletedAt" IS NULL THEN "desiredState" ELSE 'LOGGED_OUT' END AS "desiredState"
  FROM "Profile" WHERE "id" = ANY($1::text[])`;

/** What is wanted of these profiles; a deleted one is to be logged out. In no particular order. */
export async function describeOwned(executor: Executor, profileIds: readonly string[]): Promise<OwnedProfile[]> {
  if (profileIds.length === 0) return [];
  const rows = await query<Row>(executor, 'owned_describe', DESCRIBE, [profileIds]);
  return rows.map(({ proxyKeyId: keyId, proxyCiphertext: ciphertext, ...profile }) => ({
    ...profile,
    proxy: keyId === null || ciphertext === null ? null : { keyId, ciphertext },
  }));
}
