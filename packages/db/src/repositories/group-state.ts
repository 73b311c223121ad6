import type pg from 'pg';
import type { GroupKind, GroupMemberAddMode, GroupRequestState, GroupRole } from '../generated/enums.js';
import { execute, query } from '../query.js';

export interface GroupState {
  id: string;
  profileId: string;
  chat: string;
  subject: string;
  description: string | null;
  kind: GroupKind;
  communityChat: string | null;
  ownerPhone: string | null;
  ownerLid: string | null;
  announce: boolean;
  locked: boolean;
  joinApproval: boolean;
  memberAddMode: GroupMemberAddMode;
  ephemeralSeconds: number;
  size: number;
  role: GroupRole | null;
  groupCreatedAt: Date | null;
  leftAt: Date | null;
  pictureId: string | null;
  pictureAt: Date | null;
  generation: number;
  step: number;
}

export interface GroupMemberState {
  profileId: string;
  chat: string;
  member: string;
  phone: string | null;
  lid: string | null;
  role: GroupRole;
}

export interface GroupRequestRow {
  profileId: string;
  chat: string;
  member: string;
  state: GroupRequestState;
  at: Date;
}

interface GroupWanted {
  profileId: string;
  chat: string;
}

const GROUP_COLUMNS = `g."id", g."profileId", g."chat", g."subject", g."description", g."kind", g."communityChat",
    g."ownerPhone", g."ownerLid", g."announce", g."locked", g."joinApproval", g."memberAddMode", g."ephemeralSeconds",
    g."size", g."role", g."groupCreatedAt", g."leftAt", g."pictureId", g."pictureAt", g."generation", g."step"`;

const LOAD_GROUPS = `
  SELECT ${GROUP_COLUMNS}
  FROM unnest($1::text[], $2::text[]) AS w(profile, chat)
  JOIN "Group" g ON g."profileId" = w.profile AND g."chat" = w.chat`;

const LOAD_MEMBERS = `
  SELECT p."profileId", p."chat", p."member", p."phone", p."lid", p."role"
  FROM unnest($1::text[], $2::text[]) AS w(profile, chat)
  JOIN "GroupParticipant" p ON p."profileId" = w.profile AND p."chat" = w.chat`;

const LOAD_REQUESTS = `
  SELECT q."profileId", q."chat", q."member", q."state", q."at"
  FROM unnest($1::text[], $2::text[]) AS w(profile, chat)
  JOIN "GroupRequest" q ON q."profileId" = w.profile AND q."chat" = w.chat`;

/** The groups that facts speak of, with their members and who asked to be let in. Profiles are locked, so nobody changes them meanwhile. */
export async function loadGroups(
  tx: pg.PoolClient,
  wanted: readonly GroupWanted[],
): Promise<{ groups: GroupState[]; members: GroupMemberState[]; requests: GroupRequestRow[] }> {
  const distinct = [...new Map(wanted.map((one) => [`${one.profileId} ${one.chat}`, one])).values()];
  const values = [distinct.map(({ profileId }) => profileId), distinct.map(({ chat }) => chat)];
  const groups = await query<GroupState>(tx, 'facts_load_groups', LOAD_GROUPS, values);
  const members = await query<GroupMemberState>(tx, 'facts_load_group_members', LOAD_MEMBERS, values);
  const requests = await query<GroupRequestRow>(tx, 'facts_load_group_requests', LOAD_REQUESTS, values);
  return { groups, members, requests };
}

const LOAD_INSIDE = `SELECT ${GROUP_COLUMNS} FROM "Group" g WHERE g."profileId" = ANY($1) AND g."role" IS NOT NULL`;

/** All groups that profiles are in, without their members. */
export function loadGroupsInside(tx: pg.PoolClient, profileIds: readonly string[]): Promise<GroupState[]> {
  return query<GroupState>(tx, 'facts_load_groups_inside', LOAD_INSIDE, [profileIds]);
}

const LOAD_SIZES = `
  SELECT g."profileId", g."chat", g."size" FROM unnest($1::text[], $2::text[]) AS w(profile, chat)
  JOIN "Group" g ON g."profileId" = w.profile AND g."chat" = w.chat`;

/** How many are in these groups, the number among them. */
export function loadGroupSizes(
  tx: pg.PoolClient,
  wanted: readonly GroupWanted[],
): Promise<{ profileId: string; chat: string; size: number }[]> {
  const values = [wanted.map(({ profileId }) => profileId), wanted.map(({ chat }) => chat)];
  return query(tx, 'facts_load_group_sizes', LOAD_SIZES, values);
}

const SAVE_TITLES = `
  UPDATE "Conversation" c SET "title" = g."subject", "updatedAt" = now()
  FROM unnest($1::text[], $2::text[]) AS w(profile, chat)
  JOIN "Group" g ON g."profileId" = w.profile AND g."chat" = w.chat
  WHERE c."profileId" = w.profile AND c."chat" = w.chat AND c."title" IS DISTINCT FROM g."subject"`;

/** A conversation with a group is called as the group is. */
export async function saveGroupTitles(tx: pg.PoolClient, wanted: readonly GroupWanted[]): Promise<void> {
  if (wanted.length === 0) return;
  const values = [wanted.map(({ profileId }) => profileId), wanted.map(({ chat }) => chat)];
  await execute(tx, 'facts_save_group_titles', SAVE_TITLES, values);
}

const UPSERT_GROUPS = `
  INSERT INTO "Group" ("id", "profileId", "chat", "subject", "description", "kind", "communityChat", "ownerPhone", "ownerLid",
    "announce", "locked", "joinApproval", "memberAddMode", "ephemeralSeconds", "size", "role", "groupCreatedAt",
    "leftAt", "pictureId", "pictureAt", "generation", "step", "updatedAt")
  SELECT "id", "profileId", "chat", "subject", "description", "kind", "communityChat", "ownerPhone", "ownerLid",
    "announce", "locked", "joinApproval", "memberAddMode", "ephemeralSeconds", "size", "role", "groupCreatedAt",
    "leftAt", "pictureId", "pictureAt", "generation", "step", now()
  FROM jsonb_to_recordset($1::jsonb) AS r("id" text, "profileId" text, "chat" text, "subject" text, "description" text,
    "kind" "GroupKind", "communityChat" text, "ownerPhone" text, "ownerLid" text, "announce" boolean, "locked" boolean,
    "joinApproval" boolean, "memberAddMode" "GroupMemberAddMode", "ephemeralSeconds" int, "size" int,
    "role" "GroupRole", "groupCreatedAt" timestamp, "leftAt" timestamp, "pictureId" text, "pictureAt" timestamp, "generation" int, "step" int)
  ON CONFLICT ("profileId", "chat") DO UPDATE SET
    "subject" = excluded."subject", "description" = excluded."description", "kind" = excluded."kind",
    "communityChat" = excluded."communityChat", "ownerPhone" = excluded."ownerPhone",
    "ownerLid" = excluded."ownerLid", "announce" = excluded."announce", "locked" = excluded."locked",
    "joinApproval" = excluded."joinApproval", "memberAddMode" = excluded."memberAddMode",
    "ephemeralSeconds" = excluded."ephemeralSeconds", "size" = excluded."size", "role" = excluded."role",
    "groupCreatedAt" = excluded."groupCreatedAt", "leftAt" = excluded."leftAt", "pictureId" = excluded."pictureId", "pictureAt" = excluded."pictureAt",
    "generation" = excluded."generation", "step" = excluded."step", "updatedAt" = now()`;

export async function upsertGroups(tx: pg.PoolClient, rows: readonly GroupState[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_upsert_groups', UPSERT_GROUPS, [JSON.stringify(rows)]);
}

const DELETE_MEMBERS = `
  DELETE FROM "GroupParticipant" p
  USING unnest($1::text[], $2::text[], $3::text[]) AS w(profile, chat, member)
  WHERE p."profileId" = w.profile AND p."chat" = w.chat AND p."member" = w.member`;

const UPSERT_MEMBERS = `
  INSERT INTO "GroupParticipant" ("profileId", "chat", "member", "phone", "lid", "role")
  SELECT "profileId", "chat", "member", "phone", "lid", "role"
  FROM jsonb_to_recordset($1::jsonb) AS r("profileId" text, "chat" text, "member" text, "phone" text, "lid" text,
    "role" "GroupRole")
  ON CONFLICT ("profileId", "chat", "member") DO UPDATE SET
    "phone" = excluded."phone", "lid" = excluded."lid", "role" = excluded."role"`;

/** Members that are gone first: somebody may come back under another address in the same batch. */
export async function saveGroupMembers(
  tx: pg.PoolClient,
  { gone, present }: { gone: readonly GroupMemberState[]; present: readonly GroupMemberState[] },
): Promise<void> {
  if (gone.length > 0) {
    const values = [gone.map((one) => one.profileId), gone.map((one) => one.chat), gone.map((one) => one.member)];
    await execute(tx, 'facts_delete_group_members', DELETE_MEMBERS, values);
  }
  if (present.length > 0) {
    await execute(tx, 'facts_upsert_group_members', UPSERT_MEMBERS, [JSON.stringify(present)]);
  }
}

const UPSERT_REQUESTS = `
  INSERT INTO "GroupRequest" ("profileId", "chat", "member", "state", "at")
  SELECT "profileId", "chat", "member", "state", "at"
  FROM jsonb_to_recordset($1::jsonb) AS r("profileId" text, "chat" text, "member" text, "state" "GroupRequestState",
    "at" timestamp)
  ON CONFLICT ("profileId", "chat", "member") DO UPDATE SET "state" = excluded."state", "at" = excluded."at"`;

export async function saveGroupRequests(tx: pg.PoolClient, rows: readonly GroupRequestRow[]): Promise<void> {
  if (rows.length > 0) await execute(tx, 'facts_save_group_requests', UPSERT_REQUESTS, [JSON.stringify(rows)]);
}
