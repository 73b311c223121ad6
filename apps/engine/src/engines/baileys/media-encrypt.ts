import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { WaMediaType } from '@multiwa/contracts';
import { getMediaKeys, type MediaType } from '@whiskeysockets/baileys';

/** A file as WhatsApp's hosts take it, and what a message says of it. */
export interface EncryptedFile {
  mediaKey: Buffer;
  /** SHA-256 of the file, and of what it was encrypted to. */
  fileSha256: Buffer;
  fileEncSha256: Buffer;
  fileLength: number;
}

const KEY_BYTES = 32;
const MAC_BYTES = 10;

/**
 * Encrypts a file under a new key: AES-256-CBC, and behind it ten bytes of HMAC-SHA256 over IV and ciphertext. Memory holds one
 * chunk, and an error of the disk is the caller's: the library's own way leaves it to nobody, which would end the process.
 * @param place where no file is yet; whoever asked removes it, also when this rejects
 */
export async function encryptTo(
  place: string,
  source: AsyncIterable<Uint8Array>,
  mediaType: WaMediaType,
): Promise<EncryptedFile> {
  const mediaKey = randomBytes(KEY_BYTES);
  const { iv, cipherKey, macKey } = await getMediaKeys(mediaKey, mediaType as MediaType);
  if (!macKey) throw new Error('There is no key for the code of authenticity.');
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  const [plain, sealed] = [createHash('sha256'), createHash('sha256')];
  const file = await open(place, 'wx');
  let fileLength = 0;
  try {
    const write = async (bytes: Buffer) => {
      sealed.update(bytes);
      await file.writeFile(bytes);
    };
    const writeCiphertext = async (bytes: Buffer) => {
      mac.update(bytes);
      await write(bytes);
    };
    for await (const chunk of source) {
      fileLength += chunk.length;
      plain.update(chunk);
      await writeCiphertext(cipher.update(chunk));
    }
    await writeCiphertext(cipher.final());
    await write(mac.digest().subarray(0, MAC_BYTES));
  } finally {
    await file.close();
  }
  return { mediaKey, fileSha256: plain.digest(), fileEncSha256: sealed.digest(), fileLength };
}
