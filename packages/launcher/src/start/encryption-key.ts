import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { LauncherError } from '../errors.js';
import { readTextFile, writeFileAtomically } from '../system/files.js';

const KEY_BYTES = 32;

/** What a service is told of the encryption keys: the keys themselves, or the file that holds them. */
export type EncryptionKeys = { MULTIWA_ENCRYPTION_KEY: string } | { MULTIWA_ENCRYPTION_KEY_FILE: string };

/**
 * The keys that encrypt WhatsApp credentials (AES-256), base64: MULTIWA_ENCRYPTION_KEY or the file MULTIWA_ENCRYPTION_KEY_FILE if
 * set, else a file in the data directory, made on the first start. Losing them means linking every number again.
 */
export function encryptionKey(dataDir: string, env: NodeJS.ProcessEnv | undefined): EncryptionKeys {
  if (env?.MULTIWA_ENCRYPTION_KEY) {
    check(env.MULTIWA_ENCRYPTION_KEY, 'MULTIWA_ENCRYPTION_KEY');
    return { MULTIWA_ENCRYPTION_KEY: env.MULTIWA_ENCRYPTION_KEY };
  }
  const given = env?.MULTIWA_ENCRYPTION_KEY_FILE;
  const file = given ? path.resolve(given) : encryptionKeyFile(dataDir);
  if (!given && !readTextFile(file)) {
    writeFileAtomically(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, 0o600);
  }
  check(readTextFile(file) ?? '', file);
  return { MULTIWA_ENCRYPTION_KEY_FILE: file };
}

/** Where the keys of a data directory are kept. */
export function encryptionKeyFile(dataDir: string): string {
  return path.join(path.resolve(dataDir), 'encryption.key');
}

/** One key, or several separated by commas or line breaks, of which the first seals. */
function check(keys: string, source: string): void {
  const each = keys.split(/[\s,]+/).filter((key) => key !== '');
  if (each.length > 0 && each.every((key) => Buffer.from(key, 'base64').length === KEY_BYTES)) return;
  throw new LauncherError(
    'encryption_key_invalid',
    `${source} must hold ${KEY_BYTES} bytes in base64: restore it or set it anew.`,
  );
}
