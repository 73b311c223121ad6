import type { DesiredState, EngineType } from '../generated/enums.js';
import { type Executor, query } from '../query.js';

/** What the owner of a profile's lease has to know about it. */
export interface OwnedProfile {
  profileId: string;
  workspaceId: string;
  engine: EngineType;
  desiredState: DesiredState;
  /** Of the last status fact that was applied to the row. */
  statusGeneration: number;
  statusStep: number;
}

const DESCRIBE = `
  SELECT "id" AS "profileId", "workspaceId", "engine", "statusGeneration", "statusStep",
    CASE WHEN "deletedAt" IS NULL THEN "desiredState" ELSE 'LOGGED_OUT' END AS "desiredState"
  FROM "Profile" WHERE "id" = ANY($1::text[])`;

/** What is wanted of these profiles; a deleted one is to be logged out. In no particular order. */
export async function describeOwned(executor: Executor, profileIds: readonly string[]): Promise<OwnedProfile[]> {
  if (profileIds.length === 0) return [];
  return query<OwnedProfile>(executor, 'owned_describe', DESCRIBE, [profileIds]);
}
