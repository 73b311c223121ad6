import { type Identity, timing } from '@multiwa/contracts';
import type { HistoryNotice, HistoryReader } from '../../history.js';
import { MediaFetchError } from '../../media.js';
import type { CompleteIdentity } from '../complete-identity.js';
import type { Downloadable } from '../media-download.js';
import { readChunk } from './read-chunk.js';
import type { ChatKeys, Pair } from './session-data.js';

interface Dependencies {
  self(): Identity;
  link(): string | undefined;
  complete: CompleteIdentity;
  keep(pairs: readonly Pair[], chats: readonly ChatKeys[]): Promise<void>;
  download(source: Downloadable, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

const { maxChunkBytes } = timing.history;

/** Fetches chunks of history from the media hosts, as files are, and reads them. */
export function readHistoryOver({ self, link, complete, keep, download }: Dependencies): HistoryReader {
  return {
    link,
    async *readHistory(notice, wanted, signal) {
      const compressed = await fetched(notice, (source) => download(source, signal));
      try {
        yield* readChunk(compressed, wanted, { self: self(), complete, keep });
      } catch (error) {
        throw isUnreadable(error)
          ? new MediaFetchError('descriptor_invalid', 'never', 'The chunk cannot be read.', { cause: error })
          : error;
      }
    },
  };
}

async function fetched(
  { source, inline }: HistoryNotice,
  download: (source: Downloadable) => AsyncIterable<Uint8Array>,
): Promise<Buffer> {
  if (!source) return Buffer.from(inline ?? '', 'base64');
  if ((source.fileLength ?? 0) > maxChunkBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of download({ ...source, mediaType: 'md-msg-hist' })) {
    bytes += chunk.length;
    if (bytes > maxChunkBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): MediaFetchError {
  return new MediaFetchError('too_large', 'never', `A chunk has more than ${maxChunkBytes} bytes.`);
}

/** What no other attempt would read either. */
function isUnreadable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'TruncatedError' || ('code' in error && String(error.code).startsWith('Z_'));
}
