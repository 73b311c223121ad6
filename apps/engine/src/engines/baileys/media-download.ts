import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { MediaSource } from '@multiwa/contracts';
import type { FetchDispatcher } from '@multiwa/runtime';
import { getMediaKeys } from '@whiskeysockets/baileys';
import { MediaFetchError } from '../media.js';

/** What is needed of a file to fetch and check it; the phone's history comes as files too. */
export type Downloadable = Pick<MediaSource, 'directPath' | 'mediaKey' | 'fileSha256' | 'fileLength'> & {
  mediaType: MediaSource['mediaType'] | 'md-msg-hist';
};

/** How files are reached. */
export interface MediaRoute {
  /** Hosts to try, the best first. Never one that the message names: its sender chose that. */
  hosts(): Promise<string[]>;
  dispatcher: FetchDispatcher | undefined;
  /** How long nothing may come. */
  idleTimeoutMs: number;
}

const BLOCK = 16;
const MAC_BYTES = 10;
const gone = new Set([404, 410]);

/**
 * The bytes of a received file while they come, decrypted. After the last one its code of authenticity and its hash have been
 * checked, so that whoever reads to the end has the file that the message speaks of. Memory holds one chunk.
 * @throws MediaFetchError
 */
export async function* downloadMedia(
  source: Downloadable,
  route: MediaRoute,
  ended: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { iv, cipherKey, macKey } = await getMediaKeys(Buffer.from(source.mediaKey, 'base64'), source.mediaType);
  if (!macKey)
    throw new MediaFetchError('descriptor_invalid', 'never', 'There is no key for the code of authenticity.');
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const mac = createHmac('sha256', macKey).update(iv);
  const hash = createHash('sha256');
  const maxBytes = source.fileLength === null ? Number.POSITIVE_INFINITY : encryptedLength(source.fileLength);
  const idle = new IdleTimer(route.idleTimeoutMs);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  try {
    const body = await openBody(source.directPath, route, AbortSignal.any([ended, idle.signal]));
    for await (const chunk of body) {
      idle.restart();
      bytes += chunk.length;
      if (bytes > maxBytes) throw new MediaFetchError('size_mismatch', 'never', 'More came than the message says.');
      const data = Buffer.concat([tail, chunk]);
      // The last bytes are not of the file: they vouch for it.
      const whole = Math.max(0, data.length - MAC_BYTES);
      const sealed = data.subarray(0, whole);
      tail = data.subarray(whole);
      mac.update(sealed);
      const plain = decipher.update(sealed);
      hash.update(plain);
      // While whoever reads is busy nothing is expected of the host.
      idle.pause();
      if (plain.length > 0) yield plain;
      idle.restart();
    }
    const expected = mac.digest().subarray(0, MAC_BYTES);
    if (tail.length !== MAC_BYTES || !timingSafeEqual(tail, expected)) throw mismatch();
    const last = decipher.final();
    hash.update(last);
    if (hash.digest('base64') !== source.fileSha256) throw mismatch();
    if (last.length > 0) yield last;
  } catch (error) {
    throw describe(error, idle.signal);
  } finally {
    idle.pause();
  }
}

const mismatch = () => new MediaFetchError('hash_mismatch', 'never', 'The bytes are not those of the message.');

/** With its padding, and what vouches for it. */
function encryptedLength(fileLength: number): number {
  return (Math.floor(fileLength / BLOCK) + 1) * BLOCK + MAC_BYTES;
}

async function openBody(
  directPath: string,
  route: MediaRoute,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (!directPath.startsWith('/')) throw new MediaFetchError('descriptor_invalid', 'never', 'The path is none.');
  const failures: unknown[] = [];
  for (const host of await route.hosts()) {
    try {
      const answer = await fetch(`https://${host}${directPath}`, {
        signal,
        redirect: 'error',
        headers: { origin: 'https://web.whatsapp.com' },
        ...(route.dispatcher && { dispatcher: route.dispatcher }),
      });
      if (answer.ok && answer.body) return answer.body as AsyncIterable<Uint8Array>;
      await answer.body?.cancel();
      if (gone.has(answer.status)) throw new MediaFetchError('gone_at_whatsapp', 'gone', `Status ${answer.status}.`);
      failures.push(new Error(`The media host answered with status ${answer.status}.`));
    } catch (error) {
      if (error instanceof MediaFetchError || signal.aborted) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? new Error('WhatsApp named no media host.');
}

function describe(error: unknown, idle: AbortSignal): MediaFetchError {
  if (error instanceof MediaFetchError) return error;
  const isCipher = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL');
  if (isCipher) return mismatch();
  const detail = idle.aborted ? 'The media host stalled.' : error instanceof Error ? error.message : String(error);
  return new MediaFetchError('host_unreachable', 'later', detail, { cause: error });
}

/** Aborts its signal when nothing has happened for a while. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#ms);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }
}
