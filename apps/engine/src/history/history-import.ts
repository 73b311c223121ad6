import type { FactItem, FactPayload } from '@multiwa/bus';
import { type HistorySettings, timing } from '@multiwa/contracts';
import { historyBounds, historyReading, newId } from '@multiwa/domain';
import type { PassPoint } from '@multiwa/runtime';
import type { Journaled } from '../engines/engine.js';
import { type HistoryNotes, type HistoryNotice, type HistoryReader, historyNoticeSchema } from '../engines/history.js';
import { MediaFetchError } from '../engines/media.js';
import type { Logger } from '../logger.js';
import type { Slots } from '../slots.js';
import { asOld } from './as-old.js';
import { gatherParts, type HistoryPart } from './parts.js';

type ChunkFact = FactPayload<'history-chunk'>;

interface Dependencies {
  workspaceId: string;
  profileId: string;
  /** Shared by all profiles of this process. */
  slots: Slots;
  /** Media that are to be seen once may be fetched later, like any other. */
  storeViewOnce: boolean;
  /** Resolves when the fact is durable. */
  say(fact: FactItem): Promise<void>;
  /** The last part of an attempt that was applied to the rows. */
  appliedPart(attempt: string): Promise<number>;
  clearJournal(entryId: string): void;
  at: PassPoint;
  /** How many entries the journal gained or lost. */
  onJournal(change: number): void;
  logger: Logger;
}

interface Waiting {
  notice: HistoryNotice;
  entryId: string;
  attempts: number;
}

/** From the opening of a connection to its end. */
interface Run {
  reader: HistoryReader;
  settings(): HistorySettings;
  ended: AbortController;
}

/** Marks a journal entry as the phone's word of a chunk, among those of received messages. */
const KIND = 'history';

const { partMessages, partBytes, appliedEveryMs, appliedWithinMs, retryMs } = timing.history;

/**
 * Imports what the phone has kept from before the link, chunk after chunk, in the order in which it hands them over. A chunk is
 * an entry of the journal until all that it holds is said, so that the next owner begins with it anew where this one died; what
 * is said twice changes nothing. It goes slowly: one chunk of the whole process at a time, and never more than one part ahead of
 * what is applied, so that what arrives now waits for no more than that.
 */
export class HistoryImport implements HistoryNotes {
  readonly #dependencies: Dependencies;
  readonly #waiting: Waiting[] = [];
  #run: Run | undefined;
  #working = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  entry(notice: HistoryNotice): Journaled {
    return { entryId: newId(), value: Buffer.from(JSON.stringify({ kind: KIND, ...notice })) };
  }

  add(notice: HistoryNotice, { entryId }: Journaled): void {
    this.#dependencies.onJournal(1);
    this.#waiting.push({ notice, entryId, attempts: 0 });
    void this.#work();
  }

  /** Takes an entry of the owner before, if it is of a chunk. */
  takeJournaled({ entryId, value }: Journaled): boolean {
    const notice = readEntry(value);
    if (!notice) return false;
    this.#waiting.push({ notice, entryId, attempts: 0 });
    void this.#work();
    return true;
  }

  /** Whether the word with this id of WhatsApp's is in the journal. */
  has(waMessageId: string): boolean {
    return this.#waiting.some(({ notice }) => notice.chunk === waMessageId);
  }

  /** A connection is open: what waits is read through it. */
  start(reader: HistoryReader, settings: () => HistorySettings): void {
    this.stop();
    this.#run = { reader, settings, ended: new AbortController() };
    void this.#work();
  }

  /** The connection is over; a chunk that is under way begins anew with the next one. */
  stop(): void {
    this.#run?.ended.abort();
    this.#run = undefined;
  }

  /** The number is unlinked: what it had not imported yet is nobody's business any more. */
  forget(): void {
    this.stop();
    for (const { entryId } of this.#waiting.splice(0)) this.#clear(entryId);
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      for (;;) {
        const [next] = this.#waiting;
        const run = this.#run;
        if (!next || !run) return;
        const giveBack = await this.#dependencies.slots.take();
        let pauseMs = 0;
        try {
          if (!run.ended.signal.aborted) pauseMs = await this.#take(next, run);
        } finally {
          giveBack();
        }
        await pause(pauseMs, run.ended.signal);
      }
    } finally {
      this.#working = false;
    }
  }

  /** @returns how long to wait before the next */
  async #take(next: Waiting, run: Run): Promise<number> {
    const { logger } = this.#dependencies;
    const { notice } = next;
    const line = { chunk: notice.chunk, phase: notice.phase, progress: notice.progress };
    try {
      const messages = await this.#import(notice, run);
      this.#done(next);
      logger.info({ ...line, messages }, 'A chunk of history was read');
      return 0;
    } catch (error) {
      if (run.ended.signal.aborted) return 0;
      const waitMs = retryMs[next.attempts];
      const isHopeless = error instanceof MediaFetchError && error.hope !== 'later';
      logger.warn({ ...line, err: error, attempts: next.attempts }, 'A chunk of history could not be imported');
      next.attempts += 1;
      if (!isHopeless && waitMs !== undefined) return waitMs;
      await this.#giveUp(next, run).catch((said: unknown) => logger.warn({ err: said }, 'A lost chunk was not told'));
      return 0;
    }
  }

  /** @returns how many messages of it were said */
  async #import(notice: HistoryNotice, { reader, settings, ended }: Run): Promise<number> {
    const { at } = this.#dependencies;
    const bounds = historyBounds(settings(), new Date());
    const reading = historyReading(bounds.mode, notice.phase);
    // Of a link that is over: its device's keys are gone, and the phone hands everything over anew.
    if (reading === 'nothing' || notice.link !== reader.link()) return 0;
    const { signal } = ended;
    const pieces = reader.readHistory(notice, { ...bounds, sessionOnly: reading === 'session' }, signal);
    if (reading === 'session') {
      for await (const _nothing of pieces);
      return 0;
    }
    await this.#say({ kind: 'history-chunk', payload: this.#chunk(notice, 'BEGUN', bounds.mode, 0) });
    const attempt = newId();
    let part = 0;
    let messages = 0;
    const limits = { partMessages, partBytes };
    for await (const gathered of gatherParts(pieces, limits, (id) => this.#tooLarge(id))) {
      signal.throwIfAborted();
      part += 1;
      await this.#untilApplied(attempt, part - 2, signal);
      await this.#say(this.#part(notice, gathered, attempt, part));
      if (gathered.kind === 'messages') messages += gathered.messages.length;
      at('history.after-part');
    }
    await this.#say({ kind: 'history-chunk', payload: this.#chunk(notice, 'DONE', bounds.mode, part) });
    at('history.after-chunk');
    return messages;
  }

  async #giveUp(next: Waiting, { settings }: Run): Promise<void> {
    const { mode } = settings();
    // Of a chunk that only the session would have lived on nobody else was told.
    if (historyReading(mode, next.notice.phase) === 'everything') {
      await this.#say({ kind: 'history-chunk', payload: this.#chunk(next.notice, 'FAILED', mode, 0) });
    }
    this.#done(next);
  }

  #done(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#clear(waiting.entryId);
  }

  #clear(entryId: string): void {
    this.#dependencies.clearJournal(entryId);
    this.#dependencies.onJournal(-1);
  }

  async #untilApplied(attempt: string, part: number, signal: AbortSignal): Promise<void> {
    if (part <= 0) return;
    const { appliedPart, logger } = this.#dependencies;
    const deadline = performance.now() + appliedWithinMs;
    while ((await appliedPart(attempt)) < part) {
      if (performance.now() > deadline) {
        logger.info({ attempt, part }, 'History goes on although what was said of it is not applied yet');
        return;
      }
      await pause(appliedEveryMs, signal);
      signal.throwIfAborted();
    }
  }

  #say(fact: FactItem): Promise<void> {
    return this.#dependencies.say(fact);
  }

  #base({ link, chunk }: HistoryNotice) {
    const { profileId, workspaceId } = this.#dependencies;
    return { profileId, workspaceId, at: new Date().toISOString(), link, chunk };
  }

  #chunk(notice: HistoryNotice, stage: ChunkFact['stage'], mode: HistorySettings['mode'], parts: number): ChunkFact {
    const { phase, progress } = notice;
    return { ...this.#base(notice), stage, mode, phase, progress, parts };
  }

  #part(notice: HistoryNotice, gathered: HistoryPart, attempt: string, part: number): FactItem {
    const base = { ...this.#base(notice), attempt, part };
    if (gathered.kind === 'people') return { kind: 'history-people', payload: { ...base, people: gathered.people } };
    const { storeViewOnce } = this.#dependencies;
    const messages = gathered.messages.map((message) => asOld(message, storeViewOnce));
    return { kind: 'history-messages', payload: { ...base, messages } };
  }

  #tooLarge(waMessageId: string | null): void {
    this.#dependencies.logger.warn({ waMessageId }, 'An old message is too large to be imported');
  }
}

/** Undefined for an entry of anything else. */
function readEntry(value: Uint8Array): HistoryNotice | undefined {
  const kept: unknown = JSON.parse(Buffer.from(value).toString());
  const isOurs = typeof kept === 'object' && kept !== null && 'kind' in kept && kept.kind === KIND;
  return isOurs ? historyNoticeSchema.parse(kept) : undefined;
}

/** Waits so long, or until the signal says that nobody does any more. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
