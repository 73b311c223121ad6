import type { Network, ProfileHealth, SessionStatus } from '../generated/enums.js';
import { type Executor, query } from '../query.js';

/** A session as the rows tell it. */
export interface SessionRow {
  network: Network;
  status: SessionStatus;
  health: ProfileHealth;
  healthReason: string | null;
  /** As in the contracts' restrictionSchema. */
  restriction: unknown;
  /** Of the lease, when it is held now; all null otherwise. */
  workerId: string | null;
  generation: number | null;
  claimedAt: Date | null;
  host: string | null;
}

const READ = `
  SELECT p."network", p."status", p."health", p."healthReason", p."restriction",
    l."workerId", l."generation", l."claimedAt", w."host"
  FROM "Profile" p
  LEFT JOIN "SessionLease" l ON l."profileId" = p."id" AND l."workerId" IS NOT NULL AND l."expiresAt" > now()
  LEFT JOIN "EngineWorker" w ON w."id" = l."workerId"
  WHERE p."id" = $1 AND p."workspaceId" = $2 AND p."deletedAt" IS NULL`;

/** Who holds a profile's session and how it fares; undefined when the workspace has no such profile. */
export async function readSessionRow(
  executor: Executor,
  { workspaceId, profileId }: { workspaceId: string; profileId: string },
): Promise<SessionRow | undefined> {
  const [row] = await query<SessionRow>(executor, 'session_view', READ, [profileId, workspaceId]);
  return row;
}
