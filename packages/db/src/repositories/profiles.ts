import {
  events as catalog,
  type EventData,
  failureReasons,
  movedEventType,
  type Network,
  type ProfileSettings,
} from '@multiwa/contracts';
import type { Database } from '../client.js';
import type { Profile } from '../generated/client.js';
import type { DesiredState, EngineType, SessionStatus } from '../generated/enums.js';
import { query } from '../query.js';
import { appendEvents } from './events.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export interface NewProfile {
  id: string;
  workspaceId: string;
  accountId: string | null;
  name: string;
  network: Network;
  engine: EngineType;
  webhookUrl: string | null;
}

export interface ProfileFilter {
  accountId?: string;
  status?: SessionStatus;
}

/** A profile's proxy as it is stored: sealed, with what may be shown of it. */
export interface StoredProxy {
  keyId: string;
  ciphertext: Uint8Array;
  label: string;
}

const LOCK = `SELECT 1 FROM "Profile" WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL FOR UPDATE`;
const SET = `
  UPDATE "Profile" SET "settings" = "settings" || $3::jsonb
  WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL`;
const DELETE = `
  UPDATE "Profile" SET "deletedAt" = now(), "updatedAt" = now(), "desiredState" = 'LOGGED_OUT' WHERE "id" = $1 RETURNING *`;
const END_MESSAGES = `
  UPDATE "Message" SET "status" = 'FAILED', "failureCode" = 'profile_deleted', "endedAt" = now()
  WHERE "profileId" = $1 AND "status" IN ('SCHEDULED', 'QUEUED')
  RETURNING "id" AS "messageId", "waMessageId", "chat", "endedAt" AS "at"`;

type EndedMessage = Pick<EventData<'message.failed'>, 'messageId' | 'waMessageId' | 'chat'> & { at: Date };
const profileDeleted = {
  code: 'profile_deleted',
  sentence: failureReasons.profile_deleted,
  detail: null,
} as const satisfies Partial<EventData<'message.failed'>>;

/** Profiles of workspaces; a deleted one is as good as missing everywhere here. */
export function profilesRepository({ prisma, pool, transaction }: Database) {
  return {
    /** Repeating it with the same id gives the row that is there. */
    create(profile: NewProfile) {
      const { id, workspaceId } = profile;
      return prisma.profile.upsert({ where: { id, workspaceId }, create: profile, update: {} });
    },

    list(workspaceId: string, { take, after, accountId, status }: PageRequest & ProfileFilter) {
      const where = { workspaceId, deletedAt: null, accountId, status, ...behind(after) };
      return prisma.profile.findMany({ where, orderBy: newestFirst, take });
    },

    find(workspaceId: string, id: string) {
      return prisma.profile.findUnique({ where: { id, workspaceId, deletedAt: null } });
    },

    /** What a send needs to know of a profile, of whichever workspace. */
    findForSending(id: string) {
      const select = { id: true, workspaceId: true, network: true, engine: true, health: true, restriction: true };
      return prisma.profile.findUnique({ where: { id, deletedAt: null }, select });
    },

    async update(
      workspaceId: string,
      id: string,
      change: Partial<Pick<NewProfile, 'name' | 'accountId' | 'webhookUrl'>> & {
        desiredState?: DesiredState;
        /** Those that change; the others keep their value. */
        settings?: Partial<ProfileSettings>;
      },
    ) {
      const { settings, ...data } = change;
      if (settings) await query(pool, 'profiles_set', SET, [id, workspaceId, JSON.stringify(settings)]);
      const where = { id, workspaceId, deletedAt: null };
      const [row] = await prisma.profile.updateManyAndReturn({ where, data });
      return row ?? null;
    },

    /** Sets or clears the proxy; null when the workspace has no such profile. */
    async setProxy(workspaceId: string, id: string, proxy: StoredProxy | null) {
      const data = {
        proxyKeyId: proxy?.keyId ?? null,
        proxyCiphertext: proxy && Uint8Array.from(proxy.ciphertext),
        proxyLabel: proxy?.label ?? null,
      };
      const [row] = await prisma.profile.updateManyAndReturn({ where: { id, workspaceId, deletedAt: null }, data });
      return row ?? null;
    },

    /**
     * Deletes a profile: its session is to be logged out, and what it was still to send ends FAILED, each with its
     * event, whose ids `newEventId` gives. The row is locked against accepts (which hold it FOR KEY SHARE), so that
     * none slips in behind. Null when the workspace has no such profile.
     */
    delete(workspaceId: string, id: string, newEventId: () => string): Promise<Profile | null> {
      return transaction(async (tx) => {
        if ((await query(tx, 'profiles_lock', LOCK, [id, workspaceId])).length === 0) return null;
        const [profile] = await query<Profile>(tx, 'profiles_delete', DELETE, [id]);
        const ended = await query<EndedMessage>(tx, 'profiles_end_messages', END_MESSAGES, [id]);
        const events = ended.map(({ at, ...message }) => ({
          id: newEventId(),
          workspaceId,
          profileId: id,
          type: movedEventType(message.chat, 'failed'),
          version: catalog[movedEventType(message.chat, 'failed')].version,
          data: { ...message, at: at.toISOString(), ...profileDeleted },
        }));
        await appendEvents(tx, events);
        return profile ?? null;
      });
    },
  };
}
export type ProfilesRepository = ReturnType<typeof profilesRepository>;
