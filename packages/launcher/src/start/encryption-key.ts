import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { LauncherError } from '../errors.js';
import { readTextFile, writeFileAtomically } from '../system/files.js';

const KEY_BYTES = 32;

/**
 * The key that encrypts WhatsApp credentials (AES-256), base64: MULTIWA_ENCRYPTION_KEY if set, else the one in the data
 * directory, made on the first start. Losing it means linking every number again.
 */
export function encryptionKey(dataDir: string, configured: string | undefined): string {
  if (configured) return checked(configured, 'MULTIWA_ENCRYPTION_KEY');
  const file = path.join(dataDir, 'encryption.key');
  const existing = readTextFile(file);
  if (existing) return checked(existing, file);
  const key = randomBytes(KEY_BYTES).toString('base64');
  writeFileAtomically(file, `${key}\n`, 0o600);
  return key;
}

function checked(key: string, source: string): string {
  if (Buffer.from(key, 'base64').length === KEY_BYTES) return key;
  throw new LauncherError(
    'encryption_key_invalid',
    `${source} must hold ${KEY_BYTES} bytes in base64: restore it or set it anew.`,
  );
}
