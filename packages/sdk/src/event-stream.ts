import { setTimeout as sleep } from 'node:timers/promises';
import type { EventEnvelope } from '@multiwa/contracts';
import { MultiwaConnectionError, MultiwaError } from './errors.js';
import { address, authorization, type ClientOptions, refusal } from './request.js';
import { SseParser } from './sse-parser.js';

export interface EventQuery {
  /** Only events of this profile. */
  profileId?: string;
  /** Only these types; `message.*` takes all whose type begins so. */
  types?: readonly string[];
  /** Cursor of the last event that was seen; by default only what happens from now on. */
  after?: string;
}

/** An event and where it stands: pass the cursor as `after` to go on behind it. */
export interface ReadEvent {
  cursor: string;
  event: EventEnvelope;
}

const OPEN_TIMEOUT_MS = 15_000;
/** The gateway sends a heartbeat every 15 s: three missed in a row is a dead connection. */
const SILENCE_LIMIT_MS = 45_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/**
 * Opens `GET /events`; resolves once the gateway listens, so that nothing that happens afterwards is missed. A broken
 * connection is opened again behind the last event. Iterating throws MultiwaError when the gateway refuses to go on, such as
 * `cursor_expired`; `close` ends it.
 */
export async function openEvents(options: ClientOptions, query: EventQuery = {}): Promise<EventStream> {
  const stream = new EventStream(options, query);
  await stream.connect();
  return stream;
}

/** See openEvents. Read it once, in one loop. */
export class EventStream implements AsyncIterable<ReadEvent> {
  readonly #options: ClientOptions;
  readonly #query: { profileId?: string; types?: string };
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #cursor: string | undefined;

  constructor(options: ClientOptions, { profileId, types, after }: EventQuery) {
    this.#options = options;
    this.#query = { profileId, types: types?.join(',') };
    this.#cursor = after;
  }

  /** Up to where everything was handed out; undefined before the first event or heartbeat. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  async connect(): Promise<void> {
    const body = await openConnection(this.#options, this.#query, this.#cursor, this.#closing.signal);
    this.#connection = readConnection(body, (cursor) => {
      this.#cursor = cursor;
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ReadEvent> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#closing.signal.aborted; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        if (!this.#connection) await this.connect();
        for await (const read of this.#connection ?? []) {
          pauseMs = FIRST_PAUSE_MS;
          this.#cursor = read.cursor;
          yield read;
        }
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (error instanceof MultiwaError && error.code !== 'service_unavailable') throw error;
      } finally {
        this.#connection = undefined;
      }
      await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}

type Connection = AsyncGenerator<ReadEvent>;

interface OpenBody {
  body: ReadableStream<Uint8Array>;
  /** Ends the connection when nothing comes any more. */
  silence: AbortController;
}

async function openConnection(
  options: ClientOptions,
  query: { profileId?: string; types?: string },
  after: string | undefined,
  closing: AbortSignal,
): Promise<OpenBody> {
  const silence = new AbortController();
  const opening = setTimeout(() => silence.abort(), OPEN_TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(address(options, '/events', query), {
      headers: {
        ...authorization(options),
        accept: 'text/event-stream',
        ...(after === undefined ? {} : { 'last-event-id': after }),
      },
      signal: AbortSignal.any([closing, silence.signal]),
    });
  } catch (cause) {
    throw new MultiwaConnectionError('The event stream could not be opened.', { cause });
  } finally {
    clearTimeout(opening);
  }
  if (!response.ok) throw await refusal(response);
  if (!response.body) throw new MultiwaConnectionError('The event stream has no body.');
  return { body: response.body, silence };
}

async function* readConnection({ body, silence }: OpenBody, onCursor: (cursor: string) => void): Connection {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const timer = setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
  try {
    for await (const piece of body) {
      timer.refresh();
      for (const { id, data } of parser.push(decoder.decode(piece, { stream: true }))) {
        if (id !== undefined) yield { cursor: id, event: JSON.parse(data) as EventEnvelope };
      }
      // Heartbeats move it too, so that a quiet stream does not leave an old cursor behind.
      if (parser.lastId !== undefined) onCursor(parser.lastId);
    }
  } finally {
    clearTimeout(timer);
  }
}
