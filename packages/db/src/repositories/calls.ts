import type pg from 'pg';
import type { Database } from '../client.js';
import type { CallStatus } from '../generated/enums.js';
import { query } from '../query.js';
import type { ProfileScope } from './messages.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export function callsRepository({ prisma }: Pick<Database, 'prisma'>) {
  const within = ({ workspaceId, profileId }: ProfileScope) => ({
    profileId,
    workspaceId,
    profile: { deletedAt: null },
  });
  return {
    list(scope: ProfileScope, { take, after }: PageRequest) {
      return prisma.call.findMany({ where: { ...within(scope), ...behind(after) }, orderBy: newestFirst, take });
    },

    find(scope: ProfileScope, id: string) {
      return prisma.call.findUnique({ where: { id, ...within(scope) } });
    },
  };
}
export type CallsRepository = ReturnType<typeof callsRepository>;

export interface CallState {
  id: string;
  workspaceId: string;
  profileId: string;
  waCallId: string;
  fromJid: string;
  chat: string;
  callerPhone: string | null;
  callerLid: string | null;
  contactId: string | null;
  video: boolean;
  isGroup: boolean;
  status: CallStatus;
  startedAt: Date;
  endedAt: Date | null;
}

const SAVE = `
  INSERT INTO "Call" AS c ("id", "workspaceId", "profileId", "waCallId", "fromJid", "chat", "callerPhone", "callerLid",
    "contactId", "video", "isGroup", "status", "startedAt", "endedAt")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::"CallStatus", $13, $14)
  ON CONFLICT ("profileId", "waCallId") DO UPDATE SET "status" = excluded."status", "endedAt" = excluded."endedAt"
  WHERE c."status" = 'RINGING' AND excluded."status" <> 'RINGING' RETURNING c."id", c."video", c."isGroup"`;

/** Keeps a call, or how one that rings has ended. Undefined when that is no news. */
export async function saveCall(
  tx: pg.PoolClient,
  call: CallState,
): Promise<{ id: string; video: boolean; isGroup: boolean } | undefined> {
  const [row] = await query<{ id: string; video: boolean; isGroup: boolean }>(tx, 'calls_save', SAVE, [
    call.id,
    call.workspaceId,
    call.profileId,
    call.waCallId,
    call.fromJid,
    call.chat,
    call.callerPhone,
    call.callerLid,
    call.contactId,
    call.video,
    call.isGroup,
    call.status,
    call.startedAt.toISOString(),
    call.endedAt?.toISOString() ?? null,
  ]);
  return row;
}
