import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJson, encodeJson } from './codec.js';
import type { Store, StoreEntry } from './store.js';

const JOURNAL = 'network.jsonl';
const COMPACT_ABOVE_BYTES = 256 * 1024 * 1024;

/** Puts that go out in one write. */
interface Batch {
  lines: string[];
  written: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Durable state as one append-only file of JSON lines, one line per `put`.
 * A write that returned survives the death of the process (not of the machine: nothing is fsynced per write, which would
 * cost the sandbox its speed and buy a test network nothing). All puts made while one write is under way go out as the next one.
 */
export class JournalStore implements Store {
  private collecting: Batch | undefined;
  private inFlight: Batch | undefined;
  private bytesSinceCompaction = 0;
  private closed = false;

  private constructor(
    private readonly directory: string,
    private readonly live: Map<string, unknown>,
    private file: FileHandle,
  ) {}

  /** Reads what survived in `directory`, drops a torn last line, and rewrites the file without what was overwritten. */
  static async open(directory: string): Promise<JournalStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const live = replay(await readFile(join(directory, JOURNAL), 'utf8').catch(emptyWhenMissing));
    return new JournalStore(directory, live, await writeSnapshot(directory, live));
  }

  load(): Iterable<StoreEntry> {
    return [...this.live];
  }

  put(entries: readonly StoreEntry[]): void {
    // After the close there is nobody left to acknowledge anything to.
    if (this.closed || entries.length === 0) return;
    for (const [key, value] of entries) {
      if (value === undefined) this.live.delete(key);
      else this.live.set(key, value);
    }
    this.collecting ??= newBatch();
    this.collecting.lines.push(encodeLine(entries));
    if (!this.inFlight && this.collecting.lines.length === 1) {
      // Lets the puts of this turn of the event loop share one write.
      setImmediate(() => void this.writeAll());
    }
  }

  settled(): Promise<void> {
    return this.collecting?.written ?? this.inFlight?.written ?? Promise.resolve();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.settled();
    await this.file.close();
  }

  private async writeAll(): Promise<void> {
    while (this.collecting && !this.inFlight) {
      const batch = this.collecting;
      this.inFlight = batch;
      this.collecting = undefined;
      try {
        const text = batch.lines.join('');
        await this.file.appendFile(text);
        this.bytesSinceCompaction += text.length;
        if (this.bytesSinceCompaction > COMPACT_ABOVE_BYTES) await this.compact();
        batch.resolve();
      } catch (error) {
        batch.reject(error);
      } finally {
        this.inFlight = undefined;
      }
    }
  }

  private async compact(): Promise<void> {
    this.bytesSinceCompaction = 0;
    const old = this.file;
    this.file = await writeSnapshot(this.directory, this.live);
    await old.close();
  }
}

function newBatch(): Batch {
  const { promise, resolve, reject } = deferred();
  // A failure reaches whoever waits; without a waiter it must not end the process.
  promise.catch(() => undefined);
  return { lines: [], written: promise, resolve, reject };
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function replay(text: string): Map<string, unknown> {
  const live = new Map<string, unknown>();
  // A line without its newline was being written when the process died, and nothing that depends on it was acknowledged.
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of complete.split('\n')) {
    if (line === '') continue;
    for (const [key, value] of decodeJson(line) as [string, unknown][]) {
      if (value === null || value === undefined) live.delete(key);
      else live.set(key, value);
    }
  }
  return live;
}

/**
 * Writes all live entries beside the journal and puts the file in its place; the handle returned appends to it.
 * The text is made in one go, so that no put can be half in it.
 */
async function writeSnapshot(directory: string, live: Map<string, unknown>): Promise<FileHandle> {
  const path = join(directory, JOURNAL);
  const lines: string[] = [];
  for (const entry of live) lines.push(encodeLine([entry]));
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.appendFile(lines.join(''));
  await file.sync();
  await rename(`${path}.new`, path);
  return file;
}

function encodeLine(entries: readonly StoreEntry[]): string {
  return `${encodeJson(entries)}\n`;
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
