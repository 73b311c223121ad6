import { isDeepStrictEqual } from 'node:util';
import { type EventData, type EventEnvelope, type EventType, events } from '@multiwa/contracts';
import type { EventQuery, EventStream, MultiwaClient } from '@multiwa/sdk';

/** An event with its data typed, and when it was read here. */
export interface SeenEvent<T extends EventType = EventType> extends Omit<EventEnvelope, 'type' | 'data'> {
  type: T;
  data: EventData<T>;
  cursor: string;
  /** Monotonic milliseconds, comparable with performance.now(). */
  seenAtMs: number;
}

const TIMEOUT_MS = 20_000;

/** Reads the event stream in the background and remembers what came, so that a test can ask for what it expects. */
export class EventLog {
  readonly seen: SeenEvent[] = [];
  readonly #byType = new Map<EventType, SeenEvent[]>();
  readonly #stream: EventStream;
  readonly #reading: Promise<void>;
  readonly #wakers = new Set<() => void>();
  #failure: unknown;

  private constructor(stream: EventStream) {
    this.#stream = stream;
    this.#reading = this.#read().catch((error: unknown) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Resolves once the gateway listens: nothing that happens afterwards is missed. */
  static async open(client: MultiwaClient, query: EventQuery = {}): Promise<EventLog> {
    return new EventLog(await client.events.open(query));
  }

  /** Those of one type so far, in order. */
  of<T extends EventType>(type: T): readonly SeenEvent<T>[] {
    return (this.#byType.get(type) ?? []) as SeenEvent<T>[];
  }

  /** The first event of this type, past or future, that fits. Rejects with what did come after `timeoutMs`. */
  async waitFor<T extends EventType>(
    type: T,
    fits: (event: SeenEvent<T>) => boolean = () => true,
    timeoutMs = TIMEOUT_MS,
  ): Promise<SeenEvent<T>> {
    const found = await this.until(() => this.of(type).find(fits), timeoutMs);
    if (found) return found;
    const came = this.seen.slice(-20).map((event) => `${event.type} ${JSON.stringify(event.data)}`);
    throw new Error(`no ${type} as expected within ${timeoutMs} ms; the last events were:\n${came.join('\n')}`);
  }

  /** Looks again after every event; undefined when the time is over. */
  async until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#failure) throw this.#failure;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return undefined;
      await this.#next(leftMs);
    }
  }

  async close(): Promise<void> {
    this.#stream.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const { cursor, event } of this.#stream) {
      requireAsCatalogued(event);
      const seen = { ...event, cursor, seenAtMs: performance.now() } as SeenEvent;
      this.seen.push(seen);
      const same = this.#byType.get(seen.type);
      if (same) same.push(seen);
      else this.#byType.set(seen.type, [seen]);
      this.#wake();
    }
  }

  #wake(): void {
    const woken = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of woken) wake();
  }

  #next(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#wakers.add(wake);
    });
  }
}

/** What is published is exactly what the catalog describes: a field that its schema lacks would be one that nobody is told of. */
function requireAsCatalogued({ type, version, data }: Pick<EventEnvelope, 'type' | 'version' | 'data'>): void {
  const row = events[type];
  const parsed = row?.data.safeParse(data);
  if (row?.version === version && parsed?.success && isDeepStrictEqual(parsed.data, data)) return;
  throw new Error(`the catalog does not describe this ${type}: ${JSON.stringify(data)}`);
}
