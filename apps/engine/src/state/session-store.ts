import {
  clearSession,
  type Executor,
  forgetSession,
  type Lease,
  loadSession,
  readJournal,
  readSignalKeys,
} from '@multiwa/db';
import { sealedPlaces } from '@multiwa/domain';
import { type Cipher, UnreadableError } from '@multiwa/runtime';
import type { Logger } from '../logger.js';
import type { SessionChange } from './session-change.js';
import type { WriteGroup } from './write-group.js';

export interface JournaledValue {
  entryId: string;
  value: Buffer;
}

/** The durable state of one profile's session, for the owner of its lease. */
export interface SessionStore {
  readonly lease: Lease;
  /** The linked number's credentials; undefined while it is not linked. @throws UnreadableError */
  loadCredential(): Promise<Buffer | undefined>;
  /** The named keys that exist. @throws UnreadableError */
  readKeys(type: string, names: readonly string[]): Promise<Map<string, Buffer>>;
  /** Resolves when committed. @throws StaleGenerationError when another worker owns the profile */
  write(change: SessionChange): Promise<void>;
  /** What was decrypted but perhaps not published, oldest first. */
  readJournal(): Promise<JournaledValue[]>;
  /** Drops a journal entry whose fact is published; soon, without waiting. */
  clearJournal(entryId: string): void;
  /** After a real logout: the credentials are void. @throws StaleGenerationError */
  forget(): Promise<void>;
  /** Before linking anew: removes what an earlier link left. @throws StaleGenerationError */
  clear(): Promise<void>;
}

interface Dependencies {
  executor: Executor;
  cipher: Cipher;
  writes: WriteGroup;
  logger: Logger;
}

export function openSessionStore({ executor, cipher, writes, logger }: Dependencies, lease: Lease): SessionStore {
  const { profileId, generation } = lease;
  return {
    lease,

    async loadCredential() {
      // The connection before may have written them a moment ago, as after linking.
      await writes.settled(lease);
      const sealed = await loadSession(executor, profileId);
      return sealed && cipher.openBytes(sealedPlaces.credential(profileId), sealed);
    },

    async readKeys(type, names) {
      const rows = await readSignalKeys(executor, profileId, type, names);
      return new Map(
        rows.map((row) => [row.keyName, cipher.openBytes(sealedPlaces.signalKey(profileId, type, row.keyName), row)]),
      );
    },

    write: (change) => writes.write(lease, change),

    async readJournal() {
      const rows = await readJournal(executor, profileId);
      return rows.flatMap((row) => {
        try {
          return [{ entryId: row.entryId, value: cipher.openBytes(sealedPlaces.journal(profileId, row.entryId), row) }];
        } catch (error) {
          if (!(error instanceof UnreadableError)) throw error;
          // Stays where it is: a worker with the right key may yet read it.
          logger.error({ err: error, entryId: row.entryId }, 'A journaled message cannot be opened');
          return [];
        }
      });
    },

    clearJournal: (entryId) => writes.clearLater(lease, entryId),
    async forget() {
      // A write of credentials that is still under way would bring them back.
      await writes.settled(lease);
      await forgetSession(executor, profileId, generation);
    },
    clear: () => clearSession(executor, profileId, generation),
  };
}
