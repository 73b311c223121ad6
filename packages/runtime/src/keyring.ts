import { statSync } from 'node:fs';
import { z } from 'zod';
import { type Cipher, cipherOf, type EncryptionKey, parseKeys } from './cipher.js';
import { readKeyFile } from './key-file.js';
import { EnvError } from './read-env.js';

/** What a service that seals or opens reads: exactly one of the two. */
export const encryptionKeyEnv = {
  /** One or more keys of 32 bytes in base64, separated by commas: the first seals, all open. */
  MULTIWA_ENCRYPTION_KEY: z.string().min(1).optional(),
  /** A file with the same, one a line; it is read again when it changes, so that keys rotate without a restart. */
  MULTIWA_ENCRYPTION_KEY_FILE: z.string().min(1).optional(),
} as const;

/** A cipher whose keys may be replaced while it is in use. */
export interface Keyring extends Cipher {
  /** Ids of the keys that are set at the moment; the first one seals. */
  keyIds(): string[];
  /** Looks at the key file now; a nudge calls this. */
  reload(): void;
}

interface Problems {
  warn(fields: object, message: string): void;
}

/**
 * Whoever seals has looked at the key file at most this long ago, even after it was frozen: so long after a new key was put in
 * front, nothing is sealed under the old one any more.
 */
export const KEY_FILE_LOOK_MS = 1_000;

/**
 * Opens the keys that the environment names. A file is looked at again before sealing, when a value names an unknown key, and on
 * `reload`. What was once known keeps opening in this process, as values that were read before a key was dropped may be in hand.
 * @throws EnvError
 */
export function openKeyring(
  env: { MULTIWA_ENCRYPTION_KEY?: string | undefined; MULTIWA_ENCRYPTION_KEY_FILE?: string | undefined },
  problems: Problems,
): Keyring {
  const { MULTIWA_ENCRYPTION_KEY: encoded, MULTIWA_ENCRYPTION_KEY_FILE: file } = env;
  if ((encoded === undefined) === (file === undefined)) {
    throw new EnvError('Set MULTIWA_ENCRYPTION_KEY or MULTIWA_ENCRYPTION_KEY_FILE, and only one of them.');
  }
  const known = new Map<string, EncryptionKey>();
  let keys: EncryptionKey[] = [];
  let seen = '';
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const take = (found: EncryptionKey[]) => {
    keys = found;
    for (const key of found) known.set(key.id, key);
  };
  const look = (): void => {
    if (file === undefined) return;
    lookedAtMs = performance.now();
    try {
      const { mtimeMs, size, ino } = statSync(file);
      const mark = `${mtimeMs} ${size} ${ino}`;
      if (mark === seen) return;
      take(readKeyFile(file));
      seen = mark;
    } catch (error) {
      // The keys at hand go on serving: a file that is missing or half written for a moment must stop nothing.
      problems.warn({ err: error, file }, 'The encryption key file could not be read: the former keys stay in use');
    }
  };

  try {
    take(file === undefined ? parseKeys(encoded ?? '') : readKeyFile(file));
  } catch (error) {
    const source = file === undefined ? 'MULTIWA_ENCRYPTION_KEY' : `MULTIWA_ENCRYPTION_KEY_FILE (${file})`;
    throw new EnvError(`${source} is not valid: ${error instanceof Error ? error.message : error}.`);
  }
  const cipher = cipherOf({
    current() {
      if (performance.now() - lookedAtMs > KEY_FILE_LOOK_MS) look();
      const [first] = keys;
      if (!first) throw new TypeError('an encryption key is needed');
      return first;
    },
    find(id) {
      if (!known.has(id)) look();
      return known.get(id);
    },
  });
  return { ...cipher, keyIds: () => keys.map(({ id }) => id), reload: look };
}
