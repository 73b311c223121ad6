import {
  CodedError,
  type ImportSession,
  type importedSessionSchema,
  type Network,
  type SessionKeyType,
} from '@multiwa/contracts';
import {
  bringBackSession,
  type Database,
  type MoveRefusal,
  type ProfileScope,
  putSession,
  type Sealed,
  type SealedKey,
  takeSession,
} from '@multiwa/db';
import { type CheckedSession, packSession, readBaileysFolder, sealedPlaces, unpackSession } from '@multiwa/domain';
import { type Cipher, openPassphraseFile, PassphraseFileError, sealPassphraseFile } from '@multiwa/runtime';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { limits } from '../limits.js';

/** Names the kind of file in its head. */
const FORMAT = 'multiwa-session';

export interface SessionFilesDeps {
  database: Database;
  cipher: Cipher;
  /** @throws CodedError `profile_not_found`, before anything is made of a file that is for somebody else's profile */
  requireProfile(scope: ProfileScope): Promise<unknown>;
  /** Forgets what this process remembers of a profile, and wakes nobody: neither call opens a session. */
  changed(profileId: string): void;
  now(): Date;
}

/** A profile's session as a file that can be carried to another profile, workspace or installation. */
export function makeSessionFiles({ database, cipher, requireProfile, changed, now }: SessionFilesDeps) {
  const open = (profileId: string, credential: Sealed, keys: readonly SealedKey[]) => ({
    credential: cipher.openBytes(sealedPlaces.credential(profileId), credential),
    keys: keys.map((key) => ({
      type: key.type as SessionKeyType,
      name: key.keyName,
      value: cipher.openBytes(sealedPlaces.signalKey(profileId, key.type, key.keyName), key),
    })),
  });

  const seal = (profileId: string, { credential, keys }: CheckedSession) => ({
    credential: cipher.seal(sealedPlaces.credential(profileId), credential),
    keys: keys.map(({ type, name, value }) => ({
      type,
      keyName: name,
      ...cipher.seal(sealedPlaces.signalKey(profileId, type, name), value),
    })),
  });

  return {
    /** @returns the file. @throws CodedError profile_not_found, session_not_found, session_in_use */
    async export(
      { workspaceId }: Caller,
      profileId: string,
      { passphrase, release }: { passphrase: string; release: boolean },
    ): Promise<string> {
      const taken = await takeSession(
        database,
        { workspaceId, profileId, release },
        ({ network, credential, keys }) => {
          const text = packSession(open(profileId, credential, keys), { network, at: now() });
          return { text };
        },
      );
      if (typeof taken === 'string') throw new CodedError(taken);
      changed(profileId);
      return sealPassphraseFile(FORMAT, passphrase, taken.text);
    },

    /**
     * @throws CodedError session_file_invalid, and then nothing is stored; profile_not_found, profile_already_linked,
     * session_in_use
     */
    async import(
      { workspaceId }: Caller,
      profileId: string,
      given: ImportSession,
    ): Promise<z.infer<typeof importedSessionSchema>> {
      await requireProfile({ workspaceId, profileId });
      const session: CheckedSession & { network?: Network } =
        given.format === 'multiwa' ? await readFile(given) : readBaileysFolder(given.files);
      const { network } = session;
      const refused = await putSession(database, { workspaceId, profileId, network, ...seal(profileId, session) });
      if (refused === 'network_differs') {
        const detail = `The session belongs to the network ${network}, and this profile to another.`;
        throw new CodedError('session_file_invalid', { detail });
      }
      accept(refused);
      changed(profileId);
      return { phone: session.phone, lid: session.lid, keys: session.keys.length };
    },

    /** Undoes a release or a logout. @throws CodedError */
    async restore({ workspaceId }: Caller, profileId: string): Promise<void> {
      accept(await bringBackSession(database, { workspaceId, profileId }));
      changed(profileId);
    },
  };
}
export type SessionFiles = ReturnType<typeof makeSessionFiles>;

function accept(refused: MoveRefusal | undefined): void {
  if (refused !== undefined) throw new CodedError(refused);
}

async function readFile({ passphrase, file }: Extract<ImportSession, { format: 'multiwa' }>) {
  try {
    return unpackSession(await openPassphraseFile(FORMAT, passphrase, file));
  } catch (error) {
    if (!(error instanceof PassphraseFileError)) throw error;
    const errors = [{ pointer: '#/file', code: 'unreadable', message: error.message }];
    throw new CodedError('session_file_invalid', { detail: error.message, errors });
  }
}

/** An upload or a file in the making takes memory: so many at once, the others are asked to come again. */
export function makeSessionFileSlots(atOnce: number = limits.sessionFilesAtOnce) {
  let taken = 0;
  return {
    /** @returns gives the slot back. @throws CodedError rate_limited */
    take(): () => void {
      if (taken >= atOnce) throw new CodedError('rate_limited', { detail: 'Other session files are in the works.' });
      taken += 1;
      let held = true;
      return () => {
        if (held) taken -= 1;
        held = false;
      };
    },
  };
}
