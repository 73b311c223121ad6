import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const prefix = 'mwa_';
const randomByteCount = 32;
/** `mwa_` and 32 random bytes in base64url. */
const keyPattern = /^mwa_[A-Za-z0-9_-]{43}$/;
/** Characters of a key that may be shown and logged: enough to recognise it by, far too few to guess it from. */
const shownLength = prefix.length + 6;

/** A new API key. Shown once; only its hash is kept. */
export function newApiKey(): string {
  return prefix + randomBytes(randomByteCount).toString('base64url');
}

/** Whether a text has the form of a key, so that garbage is refused without asking the database. */
export function isApiKey(text: string): boolean {
  return keyPattern.test(text);
}

/** SHA-256 in hex. Keys carry 256 random bits, so a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The part of a key that lists show. */
export function shownPrefix(key: string): string {
  return key.slice(0, shownLength);
}

/** Compares two hex hashes in a time that does not depend on where they differ. */
export function sameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}
