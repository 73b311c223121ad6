import type pg from 'pg';
import type { Database } from '../client.js';
import type { DesiredState, Network } from '../generated/enums.js';
import { execute, query } from '../query.js';
import type { Sealed, SealedKey } from './session-state.js';

// A session leaves a profile or comes to one while nobody holds it. Both raise the lease's generation, as a claim does: whoever
// held it before, frozen or cut off, can no longer write.

export type MoveRefusal = 'profile_not_found' | 'session_in_use' | 'session_not_found' | 'profile_already_linked';

export interface TakenSession {
  network: Network;
  credential: Sealed;
  keys: SealedKey[];
}

interface Held {
  network: Network;
  desiredState: DesiredState;
  linked: boolean;
  owned: boolean;
}

const LOCK_PROFILE = `
  SELECT "network", "desiredState" FROM "Profile"
  WHERE "id" = $1 AND "workspaceId" = $2 AND "deletedAt" IS NULL FOR NO KEY UPDATE`;
const MAKE_LEASE = `INSERT INTO "SessionLease" ("profileId") VALUES ($1) ON CONFLICT DO NOTHING`;
/** The claim's own lock: behind writes that are being committed it waits, and claims pass it by meanwhile. */
const LOCK_LEASE = `
  SELECT ("workerId" IS NOT NULL AND "expiresAt" > now()) IS TRUE AS "owned"
  FROM "SessionLease" WHERE "profileId" = $1 FOR UPDATE`;
const LINKED = `SELECT 1 FROM "SessionCredential" WHERE "profileId" = $1 AND "deletedAt" IS NULL`;
const RAISE = `
  UPDATE "SessionLease" SET "generation" = "generation" + 1, "workerId" = NULL, "expiresAt" = NULL,
    "offeredTo" = NULL, "offeredUntil" = NULL
  WHERE "profileId" = $1 RETURNING "generation"`;

/** Locks profile and lease, in this order; undefined when the workspace has no such profile. */
async function hold(tx: pg.PoolClient, workspaceId: string, profileId: string): Promise<Held | undefined> {
  const [profile] = await query<Pick<Held, 'network' | 'desiredState'>>(tx, 'move_lock_profile', LOCK_PROFILE, [
    profileId,
    workspaceId,
  ]);
  if (!profile) return undefined;
  await execute(tx, 'move_make_lease', MAKE_LEASE, [profileId]);
  const [lease] = await query<{ owned: boolean }>(tx, 'move_lock_lease', LOCK_LEASE, [profileId]);
  const linked = (await query(tx, 'move_linked', LINKED, [profileId])).length > 0;
  return { ...profile, owned: lease?.owned ?? false, linked };
}

async function raise(tx: pg.PoolClient, profileId: string): Promise<number> {
  const [lease] = await query<{ generation: number }>(tx, 'move_raise', RAISE, [profileId]);
  return lease?.generation ?? 0;
}

const READ_CREDENTIAL = `
  SELECT "keyId", "ciphertext" FROM "SessionCredential" WHERE "profileId" = $1 AND "deletedAt" IS NULL`;
const READ_KEYS = `
  SELECT "type", "keyName", "keyId", "ciphertext" FROM "SignalKey" WHERE "profileId" = $1 ORDER BY "type", "keyName"`;
const RELEASE = `UPDATE "SessionCredential" SET "deletedAt" = now() WHERE "profileId" = $1`;

/**
 * Reads a profile's whole session while nobody can use it. `use` gets it inside the transaction: only when it succeeds is the
 * session let go of, if `release` asks for that (it stays for an operator's undo, like one that was logged out).
 */
export function takeSession<T extends object>(
  { transaction }: Database,
  { workspaceId, profileId, release }: { workspaceId: string; profileId: string; release: boolean },
  use: (session: TakenSession) => T,
): Promise<T | MoveRefusal> {
  return transaction(async (tx): Promise<T | MoveRefusal> => {
    const held = await hold(tx, workspaceId, profileId);
    if (!held) return 'profile_not_found';
    if (!held.linked) return 'session_not_found';
    // One that is wanted will be claimed as soon as this ends; LOGGED_OUT still has to tell WhatsApp.
    if (held.owned || held.desiredState !== 'DISCONNECTED') return 'session_in_use';
    const [credential] = await query<Sealed>(tx, 'move_credential', READ_CREDENTIAL, [profileId]);
    if (!credential) return 'session_not_found';
    const keys = await query<SealedKey>(tx, 'move_keys', READ_KEYS, [profileId]);
    const taken = use({ network: held.network, credential, keys });
    await raise(tx, profileId);
    if (release) await execute(tx, 'move_release', RELEASE, [profileId]);
    return taken;
  });
}

const DROP_KEYS = `DELETE FROM "SignalKey" WHERE "profileId" = $1`;
const PUT_CREDENTIAL = `
  INSERT INTO "SessionCredential" ("profileId", "keyId", "ciphertext", "generation", "updatedAt", "deletedAt")
  VALUES ($1, $2, $3, $4, now(), NULL)
  ON CONFLICT ("profileId") DO UPDATE SET "keyId" = excluded."keyId", "ciphertext" = excluded."ciphertext",
    "generation" = excluded."generation", "updatedAt" = now(), "deletedAt" = NULL`;
const PUT_KEYS = `
  INSERT INTO "SignalKey" ("profileId", "type", "keyName", "keyId", "ciphertext", "updatedAt")
  SELECT $1, type, name, key, bytes, now()
  FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) AS k(type, name, key, bytes)`;
/** A logout that was wanted of the session before must not befall this one. */
const KEEP_CLOSED = `
  UPDATE "Profile" SET "desiredState" = 'DISCONNECTED', "updatedAt" = now()
  WHERE "id" = $1 AND "desiredState" <> 'DISCONNECTED'`;
const KEYS_AT_ONCE = 1_000;

export interface SessionToPut {
  workspaceId: string;
  profileId: string;
  /** A session of another network is refused; undefined where it is not known. */
  network: Network | undefined;
  credential: Sealed;
  keys: readonly SealedKey[];
}

/** Gives a profile that is not linked a whole session, in one transaction. Undefined when it was done. */
export function putSession(
  { transaction }: Database,
  { workspaceId, profileId, network, credential, keys }: SessionToPut,
): Promise<MoveRefusal | 'network_differs' | undefined> {
  return transaction(async (tx) => {
    const held = await hold(tx, workspaceId, profileId);
    if (!held) return 'profile_not_found';
    if (held.linked) return 'profile_already_linked';
    if (held.owned || held.desiredState === 'CONNECTED') return 'session_in_use';
    if (network !== undefined && network !== held.network) return 'network_differs';
    const generation = await raise(tx, profileId);
    await execute(tx, 'move_drop_keys', DROP_KEYS, [profileId]);
    const { keyId, ciphertext } = credential;
    await execute(tx, 'move_put_credential', PUT_CREDENTIAL, [profileId, keyId, Buffer.from(ciphertext), generation]);
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const chunk = keys.slice(at, at + KEYS_AT_ONCE);
      await execute(tx, 'move_put_keys', PUT_KEYS, [
        profileId,
        chunk.map(({ type }) => type),
        chunk.map(({ keyName }) => keyName),
        chunk.map((key) => key.keyId),
        chunk.map((key) => Buffer.from(key.ciphertext)),
      ]);
    }
    await execute(tx, 'move_keep_closed', KEEP_CLOSED, [profileId]);
    return undefined;
  });
}

const BRING_BACK = `UPDATE "SessionCredential" SET "deletedAt" = NULL WHERE "profileId" = $1 AND "deletedAt" IS NOT NULL`;

/** Undoes the letting go of a session, or a logout, while nothing has taken its place. Undefined when it was done. */
export function bringBackSession(
  { transaction }: Database,
  { workspaceId, profileId }: { workspaceId: string; profileId: string },
): Promise<MoveRefusal | undefined> {
  return transaction(async (tx) => {
    const held = await hold(tx, workspaceId, profileId);
    if (!held) return 'profile_not_found';
    if (held.linked) return 'profile_already_linked';
    if (held.owned || held.desiredState === 'CONNECTED') return 'session_in_use';
    if ((await execute(tx, 'move_bring_back', BRING_BACK, [profileId])) === 0) return 'session_not_found';
    await raise(tx, profileId);
    await execute(tx, 'move_keep_closed', KEEP_CLOSED, [profileId]);
    return undefined;
  });
}
