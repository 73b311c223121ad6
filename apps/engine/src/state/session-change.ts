import type { Lease, SessionWrite } from '@multiwa/db';
import { sealedPlaces } from '@multiwa/domain';
import type { Cipher } from '@multiwa/runtime';

/** What a session wants kept, in the clear. Parts left out stay as they are. */
export interface SessionChange {
  credential?: Uint8Array;
  /** A value of null deletes the key. */
  keys?: readonly { type: string; name: string; value: Uint8Array | null }[];
  journal?: readonly { entryId: string; value: Uint8Array }[];
}

/** What a session wants kept since the last statement; of several values of one key the last. */
export interface Gathered {
  lease: Lease;
  credential?: Uint8Array;
  keys: Map<string, NonNullable<SessionChange['keys']>[number]>;
  journal: Map<string, Uint8Array>;
  /** Journal entries to be dropped. */
  cleared: Set<string>;
}

export function nothing({ profileId, generation }: Lease): Gathered {
  return { lease: { profileId, generation }, keys: new Map(), journal: new Map(), cleared: new Set() };
}

export function gather(into: Gathered, { credential, keys = [], journal = [] }: SessionChange): void {
  if (credential) into.credential = credential;
  for (const key of keys) into.keys.set(`${key.type}|${key.name}`, key);
  for (const { entryId, value } of journal) into.journal.set(entryId, value);
}

/** As it is stored: each value sealed for its place. */
export function seal(cipher: Cipher, { lease, credential, keys, journal, cleared }: Gathered): SessionWrite {
  const { profileId } = lease;
  return {
    ...lease,
    ...(credential ? { credential: cipher.seal(sealedPlaces.credential(profileId), credential) } : {}),
    keys: [...keys.values()].map(({ type, name, value }) =>
      value === null
        ? { type, keyName: name, keyId: '', ciphertext: null }
        : { type, keyName: name, ...cipher.seal(sealedPlaces.signalKey(profileId, type, name), value) },
    ),
    journal: {
      put: [...journal].map(([entryId, value]) => ({
        entryId,
        ...cipher.seal(sealedPlaces.journal(profileId, entryId), value),
      })),
      delete: [...cleared],
    },
  };
}
