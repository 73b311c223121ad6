import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_LENGTH = 12;

/** A value as it is stored: iv (12) | tag (16) | ciphertext, and the name of its key. */
export interface Sealed {
  keyId: string;
  ciphertext: Uint8Array;
}

/** What was stored cannot be opened: written under another key, moved to another row, or damaged. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

export interface Cipher {
  /** Seals under the current key. `place` says where the value belongs: it opens nowhere else. */
  seal(place: string, plain: string | Uint8Array): Sealed;
  /** What was sealed as text. @throws UnreadableError */
  open(place: string, sealed: Sealed): string;
  /** @throws UnreadableError */
  openBytes(place: string, sealed: Sealed): Buffer;
  /** Signs a text under a key derived from the current one for this purpose alone; fit for a URL, and names its key. */
  sign(purpose: string, text: string): string;
  /** Whether a signature is of this text, under any key that is known. */
  verify(purpose: string, text: string, signature: string): boolean;
}

export interface EncryptionKey {
  /** Names the key without telling it: the first digits of its hash. */
  id: string;
  bytes: Buffer;
}

/** Where a cipher finds its keys, asked with every value: keys may change while it is in use. */
export interface KeySource {
  current(): EncryptionKey;
  find(id: string): EncryptionKey | undefined;
}

/**
 * AES-256-GCM for secrets that must be shown or used again, and for the state of sessions.
 * @param encoded keys of 32 bytes in base64, separated by commas or line breaks: the first seals, all open
 * @throws TypeError when one is not such a key
 */
export function createCipher(encoded: string): Cipher {
  const keys = parseKeys(encoded);
  const byId = new Map(keys.map((key) => [key.id, key]));
  return cipherOf({ current: () => keys[0], find: (id) => byId.get(id) });
}

export function cipherOf(keys: KeySource): Cipher {
  const openBytes = (place: string, { keyId, ciphertext }: Sealed): Buffer => {
    const key = keys.find(keyId);
    if (!key) throw new UnreadableError(`Stored under key ${keyId}, which was not given.`);
    const bodyStart = IV_BYTES + TAG_BYTES;
    if (ciphertext.length < bodyStart) throw new UnreadableError('A stored value is too short.');
    const decipher = createDecipheriv(ALGORITHM, key.bytes, ciphertext.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(ciphertext.subarray(IV_BYTES, bodyStart));
    const plain = decipher.update(ciphertext.subarray(bodyStart));
    try {
      decipher.final();
    } catch (cause) {
      throw new UnreadableError('A stored value does not belong to its row.', { cause });
    }
    return plain;
  };

  return {
    seal(place, plain) {
      const iv = randomBytes(IV_BYTES);
      const current = keys.current();
      const cipher = createCipheriv(ALGORITHM, current.bytes, iv);
      cipher.setAAD(Buffer.from(place));
      // In this mode `final` adds nothing: it only makes the tag.
      const body = cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain);
      cipher.final();
      return { keyId: current.id, ciphertext: Buffer.concat([iv, cipher.getAuthTag(), body]) };
    },
    open: (place, sealed) => openBytes(place, sealed).toString('utf8'),
    openBytes,
    sign(purpose, text) {
      const key = keys.current();
      return `${key.id}.${hmac(key, purpose, text).toString('base64url')}`;
    },
    verify(purpose, text, signature) {
      const [keyId = '', given = ''] = signature.split('.');
      const key = keys.find(keyId);
      if (!key) return false;
      const [expected, found] = [hmac(key, purpose, text), Buffer.from(given, 'base64url')];
      return found.length === expected.length && timingSafeEqual(found, expected);
    },
  };
}

function hmac({ bytes }: EncryptionKey, purpose: string, text: string): Buffer {
  const derived = Buffer.from(hkdfSync('sha256', bytes, '', purpose, KEY_BYTES));
  return createHmac('sha256', derived).update(text).digest();
}

/** Reads a list of keys; the first one seals. @throws TypeError */
export function parseKeys(encoded: string): [EncryptionKey, ...EncryptionKey[]] {
  const [first, ...others] = encoded.split(/[\s,]+/).filter((text) => text !== '');
  if (first === undefined) throw new TypeError('an encryption key is needed');
  return [parseKey(first), ...others.map(parseKey)];
}

function parseKey(encoded: string): EncryptionKey {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== KEY_BYTES) throw new TypeError('an encryption key is 32 bytes in base64');
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_LENGTH), bytes };
}

export function newEncryptionKey(): EncryptionKey {
  return parseKey(randomBytes(KEY_BYTES).toString('base64'));
}
