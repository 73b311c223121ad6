import type { Readable } from 'node:stream';
import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  type MediaObjectView,
  type MediaProblem,
  type MediaType,
  maxMediaBytes,
  mediaProblems,
  mediaTypePatterns,
} from '@multiwa/contracts';
import type { MediaObject, MediaObjectsRepository, MessagesRepository, ProfileScope } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import {
  BlobMissingError,
  type ByteRange,
  type MediaLinks,
  type MediaStorage,
  type ReceivedFile,
  receiveFile,
  TooManyBytesError,
} from '@multiwa/media';
import { type GuardedDownload, GuardedFetchError } from '@multiwa/runtime';
import { z } from 'zod';
import { limits } from '../limits.js';
import { validationFailed } from '../validation-failed.js';
import type { KnownProfiles } from './known-profile.js';
import type { ClaimUpload, UploadedContent } from './upload-once.js';

export interface MediaDeps {
  media: MediaObjectsRepository;
  storage: MediaStorage;
  links: MediaLinks;
  download: GuardedDownload;
  allowPrivateUrls: boolean;
  messages: Pick<MessagesRepository, 'find'>;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'ask'>;
  claimUpload: ClaimUpload;
  /** Largest file that this gateway takes of any kind. */
  maxBytes: number;
}

/** A file on its way in. */
export interface IncomingFile {
  body: AsyncIterable<Uint8Array>;
  declaredType: string | undefined;
  fileName: string | undefined;
}

/** Who opens a file: a workspace, or whoever holds a link. */
export type Opener = { workspaceId: string } | { expires: number; signature: string };

/** Files of a workspace: taken in, shown, opened. */
export function makeMedia(deps: MediaDeps) {
  const { media, storage, links, download, allowPrivateUrls, maxBytes } = deps;

  const limitFor = (type: MediaType | undefined) => Math.min(maxBytes, maxMediaBytes[type ?? 'DOCUMENT']);

  async function receive(incoming: IncomingFile, type: MediaType | undefined): Promise<ReceivedFile> {
    const { body, declaredType } = incoming;
    const file = await receiveFile(storage, body, { maxBytes: limitFor(type), declaredType });
    const mismatch = type && typeMismatch(file.mimeType, type);
    if (!mismatch && file.bytes > 0) return file;
    await file.discard();
    throw mismatch || validationFailed([{ pointer: '#/file', code: 'too_small', message: 'The file is empty.' }]);
  }

  /** The bytes first, the row after them: a row always opens. */
  async function keep(file: ReceivedFile, row: Pick<MediaObject, 'id' | 'workspaceId' | 'origin' | 'fileName'>) {
    const { mimeType, sha256, bytes, width = null, height = null } = file;
    try {
      await file.keep();
    } finally {
      await file.discard();
    }
    return media.create({ ...row, mimeType, sha256, bytes, width, height });
  }

  function show(row: MediaObject): MediaObjectView {
    const problem = row.problem as MediaProblem | null;
    return {
      ...links.show(storedMediaOf(row)),
      origin: row.origin,
      messageId: row.messageId,
      problemSentence: problem && mediaProblems[problem],
      createdAt: row.createdAt.toISOString(),
    };
  }

  async function find(workspaceId: string, id: string): Promise<MediaObject> {
    const row = await media.find(workspaceId, id);
    if (!row) throw new CodedError('media_not_found');
    return row;
  }

  async function once(
    file: ReceivedFile,
    { workspaceId, key, fileName, type }: Omit<UploadedContent, 'sha256'> & { workspaceId: string; key: string },
  ): Promise<{ media: MediaObjectView; isRepeated: boolean }> {
    const content = { sha256: file.sha256, fileName, type };
    const claim = await deps.claimUpload(workspaceId, key, content).catch(async (error: unknown) => {
      await file.discard();
      throw error;
    });
    if (claim.isDone) {
      await file.discard();
      return { media: show(await find(workspaceId, claim.id)), isRepeated: true };
    }
    try {
      const row = await keep(file, { id: claim.id, workspaceId, origin: 'UPLOAD', fileName });
      await claim.done();
      return { media: show(row), isRepeated: false };
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  return {
    /** With a key, the same file is taken in once however often it comes. `isRepeated`: it had come before. */
    async upload(
      workspaceId: string,
      incoming: IncomingFile,
      { type, key }: { type?: MediaType | undefined; key?: string | undefined } = {},
    ): Promise<{ media: MediaObjectView; isRepeated: boolean }> {
      const file = await receive(incoming, type).catch((error: unknown) => {
        if (!(error instanceof TooManyBytesError)) throw error;
        throw new CodedError('payload_too_large', { detail: `A file may have ${error.maxBytes} bytes here.` });
      });
      const fileName = fileNameOf(incoming.fileName);
      if (key === undefined) {
        return {
          media: show(await keep(file, { id: newId(), workspaceId, origin: 'UPLOAD', fileName })),
          isRepeated: false,
        };
      }
      return once(file, { workspaceId, key, fileName, type });
    },

    async get(workspaceId: string, id: string): Promise<MediaObjectView> {
      return show(await find(workspaceId, id));
    },

    /**
     * Fetches a file that a message is to carry, before the message is accepted: its URL may be gone by the time of sending.
     * @throws CodedError with a pointer at `pointer`
     */
    async fetchUrl(workspaceId: string, url: string, type: MediaType, pointer: string): Promise<MediaObject> {
      const refused = (code: 'media_fetch_failed' | 'media_too_large' | 'url_not_allowed', message: string) =>
        new CodedError(code, { detail: message, errors: [{ pointer, code, message }] });
      const { timeoutMs, idleTimeoutMs } = limits.mediaFetch;
      try {
        return await download(
          { url, timeoutMs, idleTimeoutMs, allowPrivate: allowPrivateUrls },
          async (body, answer) => {
            if (answer.status !== 200) {
              throw refused('media_fetch_failed', `The address answered with status ${answer.status}.`);
            }
            const declaredType = answer.headers['content-type'];
            const fileName = fileNameOf(decodeURIComponentOr(new URL(url).pathname.split('/').at(-1) ?? ''));
            const incoming = { body, declaredType: String(declaredType ?? ''), fileName: undefined };
            const file = await receive(incoming, type);
            return keep(file, { id: newId(), workspaceId, origin: 'URL', fileName });
          },
        );
      } catch (error) {
        if (error instanceof TooManyBytesError) {
          throw refused('media_too_large', `The file has more than ${error.maxBytes} bytes.`);
        }
        if (error instanceof GuardedFetchError) {
          throw refused(error.code === 'url_not_allowed' ? 'url_not_allowed' : 'media_fetch_failed', error.message);
        }
        throw error;
      }
    },

    /** The file of an earlier upload that a message is to carry. @throws CodedError with a pointer at `pointer` */
    async take(workspaceId: string, id: string, type: MediaType, pointer: string): Promise<MediaObject> {
      const row = await media.find(workspaceId, id);
      const refused = (
        code: 'media_not_found' | 'media_not_ready' | 'media_type_mismatch' | 'media_too_large',
        message: string,
      ) => new CodedError(code, { detail: message, errors: [{ pointer, code, message }] });
      if (!row) throw refused('media_not_found', 'There is no such media in this workspace.');
      if (row.state !== 'READY') throw refused('media_not_ready', `The media is ${row.state}.`);
      const mismatch = typeMismatch(row.mimeType, type);
      if (mismatch) throw refused('media_type_mismatch', mismatch.message);
      if (Number(row.bytes) > limitFor(type))
        throw refused('media_too_large', `A file may have ${limitFor(type)} bytes.`);
      return row;
    },

    /** Asks the owner of the session to fetch the file of a received message once more; what is there already stays. */
    async refetch(scope: ProfileScope, messageId: string): Promise<MediaObjectView> {
      await deps.knownProfiles.require(scope);
      const message = await deps.messages.find(scope, messageId);
      if (!message) throw new CodedError('message_not_found');
      const id = mediaIdOf(message.content);
      const row = id === undefined ? null : await media.find(scope.workspaceId, id);
      if (!row) throw new CodedError('media_not_found', { detail: 'The message carries no file.' });
      if (row.state === 'READY') return show(row);
      const { known } = await deps.bus.ask('refetch-media', scope.profileId, { mediaId: row.id });
      if (!known) throw new CodedError('media_gone', { detail: 'How to fetch the file is not known any more.' });
      return show({ ...row, state: 'PENDING', problem: null });
    },

    /** What is needed to answer with the file. @throws CodedError */
    async open(id: string, opener: Opener) {
      const row = 'workspaceId' in opener ? await find(opener.workspaceId, id) : await byLink(id, opener);
      if (row.state === 'EXPIRED') throw new CodedError('media_gone', { detail: sentenceOf(row) });
      if (row.state !== 'READY' || row.sha256 === null)
        throw new CodedError('media_not_ready', { detail: sentenceOf(row) });
      const { sha256 } = row;
      return {
        ...row,
        bytes: Number(row.bytes),
        read: (range?: ByteRange): Promise<Readable> =>
          storage.open(sha256, range).catch((error: unknown) => {
            throw error instanceof BlobMissingError ? new CodedError('media_gone', { cause: error }) : error;
          }),
      };
    },
  };

  async function byLink(id: string, { expires, signature }: { expires: number; signature: string }) {
    const row = links.opens(id, expires, signature) ? await media.findLinked(id) : null;
    if (!row) throw new CodedError('media_link_invalid');
    return row;
  }
}
export type MediaUseCase = ReturnType<typeof makeMedia>;

const carrierSchema = z.object({ media: z.object({ id: z.string() }) });

function mediaIdOf(content: unknown): string | undefined {
  return carrierSchema.safeParse(content).data?.media.id;
}

/** A row in the shape that contents hold. */
export function storedMediaOf(row: MediaObject) {
  const { id, mimeType, sha256, state, fileName, width, height, seconds } = row;
  return {
    id,
    mimeType,
    bytes: row.bytes === null ? null : Number(row.bytes),
    sha256,
    state,
    problem: row.problem as MediaProblem | null,
    ...(fileName !== null && { fileName }),
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(seconds !== null && { seconds }),
  };
}

function sentenceOf({ state, problem }: MediaObject): string {
  return problem ? mediaProblems[problem as MediaProblem] : `The media is ${state}.`;
}

function typeMismatch(mimeType: string, type: MediaType): CodedError | undefined {
  if (mediaTypePatterns[type].test(mimeType.split(';')[0] ?? '')) return undefined;
  return new CodedError('media_type_mismatch', {
    detail: `By its bytes the file is ${mimeType}, which cannot be sent as ${type}.`,
  });
}

const maxFileName = 255;

/** The last part of a path that somebody gave, without what no file's name may hold; null when nothing is left. */
function fileNameOf(given: string | undefined): string | null {
  const name = (given ?? '')
    .replace(/^.*[/\\]/, '')
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .trim()
    .slice(0, maxFileName);
  return name === '' ? null : name;
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
