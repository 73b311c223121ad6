import { type Executor, query } from '../query.js';
import type { JournalEntry, Sealed, SealedKey } from './session-state.js';

export interface StoredCredential extends Sealed {
  /** Of the lease under which it was last written. */
  generation: number;
  updatedAt: Date;
}

const LOAD = `
  SELECT "keyId", "ciphertext", "generation", "updatedAt" FROM "SessionCredential"
  WHERE "profileId" = $1 AND "deletedAt" IS NULL`;

/** The profile's live credential; undefined when it was never linked or has logged out: then link, after `clearSession`. */
export async function loadSession(executor: Executor, profileId: string): Promise<StoredCredential | undefined> {
  const [credential] = await query<StoredCredential>(executor, 'session_load', LOAD, [profileId]);
  return credential;
}

const READ_KEYS = `
  SELECT "type", "keyName", "keyId", "ciphertext" FROM "SignalKey"
  WHERE "profileId" = $1 AND "type" = $2 AND "keyName" = ANY($3)`;

/** The named keys that exist, in no particular order. */
export async function readSignalKeys(
  executor: Executor,
  profileId: string,
  type: string,
  names: readonly string[],
): Promise<SealedKey[]> {
  if (names.length === 0) return [];
  return query<SealedKey>(executor, 'session_read_keys', READ_KEYS, [profileId, type, names]);
}

const READ_JOURNAL = `
  SELECT "entryId", "keyId", "ciphertext", "createdAt" FROM "InboundJournal"
  WHERE "profileId" = $1 ORDER BY "createdAt", "entryId"`;

/** What was decrypted but perhaps not published, oldest first: a new owner publishes it before anything else. */
export function readJournal(executor: Executor, profileId: string): Promise<(JournalEntry & { createdAt: Date })[]> {
  return query(executor, 'session_read_journal', READ_JOURNAL, [profileId]);
}
