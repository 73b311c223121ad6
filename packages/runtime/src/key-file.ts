import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type EncryptionKey, parseKeys } from './cipher.js';

/** The keys of a file, one a line; the first seals. @throws TypeError, or what the file system says */
export function readKeyFile(file: string): EncryptionKey[] {
  return parseKeys(readFileSync(file, 'utf8'));
}

/**
 * Replaces the keys of a file at once, with its owner and mode: a reader, or a crash, sees the old ones or the new ones. On
 * return they are on disk: nothing may be sealed under a key that a power cut could take away.
 */
export function writeKeyFile(file: string, keys: readonly EncryptionKey[]): void {
  const { mode, uid, gid } = statSync(file);
  const draft = `${file}.${process.pid}.tmp`;
  const text = keys.map(({ bytes }) => `${bytes.toString('base64')}\n`).join('');
  durably(draft, 'w', (handle) => writeSync(handle, text), 0o600);
  chmodSync(draft, mode);
  if (process.getuid?.() === 0) chownSync(draft, uid, gid);
  renameSync(draft, file);
  durably(path.dirname(file), 'r');
}

function durably(target: string, flags: string, write?: (handle: number) => void, mode?: number): void {
  const handle = openSync(target, flags, mode);
  try {
    write?.(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
