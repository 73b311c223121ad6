import type { FactPayload } from '@multiwa/bus';
import { type MediaProblem, type MediaSource, maxMediaBytes, mediaSourceSchema, timing } from '@multiwa/contracts';
import {
  type Database,
  type DownloadRow,
  openDownloads,
  postponeDownload,
  queueDownload,
  reopenDownload,
  settleDownload,
} from '@multiwa/db';
import { type MediaStorage, type ReceivedFile, receiveFile, TooManyBytesError } from '@multiwa/media';
import type { Connection } from '../engines/engine.js';
import { MediaFetchError } from '../engines/media.js';
import type { Logger } from '../logger.js';
import { Slots } from '../slots.js';

/** What this engine fetches at the same time, of all its profiles. */
export type DownloadSlots = Slots;
export const makeDownloadSlots = (): DownloadSlots => new Slots(timing.media.downloadsAtOnce);

type MediaState = Omit<FactPayload<'media-state'>, 'profileId' | 'workspaceId' | 'at' | 'mediaId'>;

interface Dependencies {
  workspaceId: string;
  profileId: string;
  database: Pick<Database, 'pool'>;
  storage: MediaStorage;
  /** Shared by all profiles of this process. */
  slots: DownloadSlots;
  /** Says what became of a file; resolves once that is durable. */
  say(fact: Omit<FactPayload<'media-state'>, 'profileId' | 'workspaceId' | 'at'>): Promise<void>;
  logger: Logger;
}

type Fetcher = Pick<Connection, 'downloadMedia' | 'requestMedia'>;

/** From the opening of a connection to its end. */
interface Run {
  fetcher: Fetcher;
  ended: AbortController;
}

const { downloadsPerProfile, downloadRetryMs, downloadTimeoutMs } = timing.media;
/** Rows that are looked at in one go. */
const LOOK_AT = 100;
const ASK_AGAIN_MS = 1_000;

/**
 * Fetches the files of received messages while the profile is connected, a few at the same time. What is to be fetched are rows,
 * so that the next owner goes on where this one died; only the owner works on them.
 */
export class ReceivedFiles {
  readonly #dependencies: Dependencies;
  readonly #slots = new Slots(downloadsPerProfile);
  readonly #inWork = new Set<string>();
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** A connection is open: what waits is fetched through it. */
  start(fetcher: Fetcher): void {
    this.stop();
    this.#run = { fetcher, ended: new AbortController() };
    this.#look();
  }

  /** The connection is over; what is under way breaks off and comes again with the next one. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#run?.ended.abort();
    this.#run = undefined;
  }

  /** Notes the file of a message that was received; resolves once it would be fetched by the next owner too. */
  async add(id: string, source: MediaSource): Promise<void> {
    const { database, workspaceId, profileId } = this.#dependencies;
    await queueDownload(database.pool, { id, workspaceId, profileId, source });
    this.#look();
  }

  /** Fetches a file once more; false when nothing is known of it. */
  async again(id: string): Promise<boolean> {
    const { database, profileId, say } = this.#dependencies;
    if (!(await reopenDownload(database.pool, profileId, id))) return false;
    await say({ mediaId: id, state: 'PENDING', problem: null, file: null });
    this.#look();
    return true;
  }

  #look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookOnce(): Promise<void> {
    const { database, profileId, logger } = this.#dependencies;
    while (this.#lookAgain && this.#run) {
      this.#lookAgain = false;
      try {
        const rows = await openDownloads(database.pool, profileId, LOOK_AT);
        this.#begin(rows.filter(({ id }) => !this.#inWork.has(id)));
      } catch (error) {
        logger.warn({ err: error }, 'The files to be fetched could not be read');
        this.#lookIn(ASK_AGAIN_MS);
      }
    }
  }

  #begin(rows: readonly DownloadRow[]): void {
    const run = this.#run;
    if (!run) return;
    for (const row of rows) {
      const waitMs = (row.dueAt?.getTime() ?? 0) - Date.now();
      if (waitMs > 0) {
        // They come in the order of their times.
        this.#lookIn(waitMs);
        return;
      }
      this.#inWork.add(row.id);
      void this.#work(row, run).finally(() => {
        this.#inWork.delete(row.id);
        if (this.#run) this.#look();
      });
    }
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  async #work(row: DownloadRow, { fetcher, ended: { signal: ended } }: Run): Promise<void> {
    try {
      const source = mediaSourceSchema.safeParse(row.source).data;
      if (!source) return await this.#settle(row, failed('descriptor_invalid'));
      const outcome = await this.#transfer(source, fetcher, ended);
      if (!('error' in outcome)) await this.#settle(row, outcome);
      else if (!ended.aborted) await this.#afterFailure(row, source, fetcher, outcome.error, ended);
    } catch (error) {
      if (ended.aborted) return;
      // The row stays as it is: it is taken up again after a while.
      this.#dependencies.logger.warn({ err: error, mediaId: row.id }, 'A received file could not be handled');
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /**
   * A slot of the profile first: one with many files waits for its own, not in front of others. They are held while bytes may
   * come and no longer: what follows waits for others, such as a phone that gives a file again.
   */
  async #transfer(source: MediaSource, fetcher: Fetcher, ended: AbortSignal): Promise<MediaState | { error: unknown }> {
    const { slots } = this.#dependencies;
    const giveBack = await this.#slots.take();
    const giveBackShared = await slots.take();
    try {
      ended.throwIfAborted();
      const signal = AbortSignal.any([ended, AbortSignal.timeout(downloadTimeoutMs)]);
      const file = await this.#receive(source, fetcher, signal);
      await file.keep();
      const { mimeType, bytes, sha256, width, height } = file;
      return { state: 'READY', problem: null, file: { mimeType, bytes, sha256, width, height } };
    } catch (error) {
      return { error };
    } finally {
      giveBackShared();
      giveBack();
    }
  }

  #receive(source: MediaSource, fetcher: Fetcher, signal: AbortSignal): Promise<ReceivedFile> {
    const { storage } = this.#dependencies;
    return receiveFile(storage, fetcher.downloadMedia(source, signal), { maxBytes: maxMediaBytes.DOCUMENT });
  }

  async #afterFailure(
    row: DownloadRow,
    source: MediaSource,
    fetcher: Fetcher,
    error: unknown,
    ended: AbortSignal,
  ): Promise<void> {
    const { database, logger } = this.#dependencies;
    const { problem, hope } = judge(error);
    logger.info(
      { mediaId: row.id, problem, attempts: row.attempts, detail: String(error) },
      'A file could not be fetched',
    );
    if (hope === 'never') return this.#settle(row, failed(problem));
    if (hope === 'gone') {
      const directPath = row.askedAgain ? undefined : await fetcher.requestMedia(source, ended);
      // A phone that could not be asked to the end has not said no: the next connection asks it again.
      if (ended.aborted) return;
      if (directPath === undefined) return this.#settle(row, { state: 'EXPIRED', problem, file: null });
      const again = { ...row, askedAgain: true, source: { ...source, directPath } };
      return postponeDownload(database.pool, again, 0);
    }
    const pauseMs = downloadRetryMs[row.attempts];
    if (pauseMs === undefined) return this.#settle(row, failed(problem));
    await postponeDownload(database.pool, { ...row, attempts: row.attempts + 1 }, pauseMs);
  }

  /** Said first, settled after it: what a crash leaves in between is fetched again, and found to be there. */
  async #settle({ id }: DownloadRow, state: MediaState): Promise<void> {
    const { database, say, logger } = this.#dependencies;
    await say({ mediaId: id, ...state });
    await settleDownload(database.pool, id);
    logger.info({ mediaId: id, state: state.state, problem: state.problem, bytes: state.file?.bytes }, 'Received file');
  }
}

function failed(problem: MediaProblem): MediaState {
  return { state: 'FAILED', problem, file: null };
}

function judge(error: unknown): { problem: MediaProblem; hope: MediaFetchError['hope'] } {
  if (error instanceof MediaFetchError) return error;
  if (error instanceof TooManyBytesError) return { problem: 'too_large', hope: 'never' };
  // Whatever keeps it from coming is a MediaFetchError: what is left is our own storage.
  return { problem: 'storage_failed', hope: 'later' };
}
