import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const IV_BYTES = 12;
/** Of OWASP's equivalent choices for scrypt the one with the least memory: 32 MiB, about 0.3 s. */
const KDF = { name: 'scrypt', N: 32_768, r: 8, p: 3 } as const;
const KDF_MEMORY_BYTES = 64 * 1024 * 1024;
/** A small file must not unpack to something that fills the memory. */
const MAX_PLAIN_BYTES = 128 * 1024 * 1024;

/** Version 1. Parameters are stated in the file, and no others are accepted: a file cannot ask for hours of work. */
const headerSchema = z.strictObject({
  format: z.string(),
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal(KDF.name),
    N: z.literal(KDF.N),
    r: z.literal(KDF.r),
    p: z.literal(KDF.p),
    salt: z.base64(),
  }),
  cipher: z.literal(ALGORITHM),
  iv: z.base64(),
});
const fileSchema = headerSchema.extend({ tag: z.base64(), data: z.base64() });
type Header = z.infer<typeof headerSchema>;

/** Why a file cannot be opened; the sentence is for the one who gave it. */
export class PassphraseFileError extends Error {
  override readonly name = 'PassphraseFileError';
}

/**
 * Encrypts a text under a passphrase: a JSON document whose head states how (scrypt, AES-256-GCM) and is authenticated with the
 * content. `format` names the kind of file.
 */
export async function sealPassphraseFile(format: string, passphrase: string, plain: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const header: Header = {
    format,
    version: 1,
    kdf: { ...KDF, salt: salt.toString('base64') },
    cipher: ALGORITHM,
    iv: iv.toString('base64'),
  };
  const cipher = createCipheriv(ALGORITHM, await keyOf(passphrase, salt), iv);
  cipher.setAAD(authenticated(header));
  const body = Buffer.concat([cipher.update(await promisify(gzip)(plain)), cipher.final()]);
  const file = { ...header, tag: cipher.getAuthTag().toString('base64'), data: body.toString('base64') };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** @throws PassphraseFileError when it is another kind of file, was changed, or the passphrase is not the one it was made with */
export async function openPassphraseFile(format: string, passphrase: string, text: string): Promise<string> {
  const { tag, data, ...header } = parse(format, text);
  const iv = Buffer.from(header.iv, 'base64');
  const authTag = Buffer.from(tag, 'base64');
  if (iv.length !== IV_BYTES || authTag.length !== 16)
    throw new PassphraseFileError('The head of the file is damaged.');
  const decipher = createDecipheriv(ALGORITHM, await keyOf(passphrase, Buffer.from(header.kdf.salt, 'base64')), iv);
  decipher.setAAD(authenticated(header));
  decipher.setAuthTag(authTag);
  const body = decipher.update(Buffer.from(data, 'base64'));
  try {
    decipher.final();
  } catch {
    throw new PassphraseFileError('The passphrase is wrong, or the file was changed.');
  }
  try {
    return (await promisify(gunzip)(body, { maxOutputLength: MAX_PLAIN_BYTES })).toString();
  } catch {
    throw new PassphraseFileError('The content of the file is damaged or too large.');
  }
}

function parse(format: string, text: string): z.infer<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new PassphraseFileError('The file is not JSON: it is cut off, or another kind of file.');
  }
  const version = z.looseObject({ format: z.literal(format), version: z.number() }).safeParse(json);
  if (!version.success) throw new PassphraseFileError(`The file is not a ${format} file.`);
  if (version.data.version !== 1) throw new PassphraseFileError('The file was made by a newer version.');
  const file = fileSchema.safeParse(json);
  if (file.success) return file.data;
  const field = file.error.issues[0]?.path.join('.') || 'a field';
  throw new PassphraseFileError(`The head of the file is damaged, at ${field}.`);
}

/** Rebuilt from the parsed fields, in one order: what is authenticated does not depend on how the JSON was written. */
function authenticated({ format, version, kdf, cipher, iv }: Header): Buffer {
  return Buffer.from(JSON.stringify([format, version, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, cipher, iv]));
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  const { N, r, p } = KDF;
  // One spelling for what looks the same on every keyboard.
  const text = passphrase.normalize('NFC');
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, { N, r, p, maxmem: KDF_MEMORY_BYTES }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
