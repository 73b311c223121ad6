import { CodedError, timing } from '@multiwa/contracts';
import { createInbox, ErrorCode, type Msg, type NatsConnection, NatsError, nuid } from 'nats';
import { z } from 'zod';
import { decode, encode, encodeHeaders } from './codec.js';
import type { BusHeaders, BusLogger, Published } from './types.js';

const SWEEP_EVERY_MS = 250;
const REPAIR_PAUSE_MS = 500;
// Bounds the memory when the server is away; each waits for its deadline.
const MAX_PENDING = 100_000;
const DEADLINE_MS = timing.publish.timeoutMs * timing.publish.attempts;
const NO_RESPONDERS = 503;

const ackSchema = z.object({
  seq: z.number().int().optional(),
  duplicate: z.boolean().optional(),
  error: z.object({ description: z.string().optional(), code: z.number().optional() }).optional(),
});

export interface Publication {
  /** Kind of message, as in docs/subjects.md. */
  what: string;
  subject: string;
  dedupeKey: string;
  payload: unknown;
  headers?: BusHeaders;
  traceparent?: string | null;
}

interface Pending {
  subject: string;
  dedupeKey: string;
  data: Uint8Array;
  headers: ReturnType<typeof encodeHeaders>;
  sentAt: number;
  deadlineAt: number;
  resolve(published: Published): void;
  reject(error: CodedError): void;
}

/**
 * JetStream publishing with acks, many in flight. Everything unacked is kept in the order in which it was given, and
 * sent again in that order, under the same dedupe keys, when the connection comes back. The server works through one
 * connection in order, so what it stored before a crash is a prefix, and the stream ends up in our order, without holes
 * or doubles. (The client's own publish does not do that: it drops what is sent while disconnected and times out.)
 */
export class Publisher {
  readonly #connection: NatsConnection;
  readonly #logger: BusLogger;
  readonly #repair: () => Promise<void>;
  readonly #inbox = createInbox();
  readonly #pending = new Map<string, Pending>();
  #held = false;
  #repairing = false;
  #closed = false;
  #counter = 0;
  #sweep: NodeJS.Timeout | undefined;
  #whenIdle: (() => void)[] = [];

  /** `repair` makes the streams again; called when the server says that there is none for a subject. */
  constructor(connection: NatsConnection, logger: BusLogger, repair: () => Promise<void>) {
    this.#connection = connection;
    this.#logger = logger;
    this.#repair = repair;
    connection.subscribe(`${this.#inbox}.*`, { callback: (error, message) => this.#onAck(error, message) });
  }

  /** @throws CodedError `service_unavailable` after the deadline, `payload_too_large` at once */
  publish(publication: Publication): Promise<Published> {
    if (this.#closed) return Promise.reject(unavailable('The bus is closed.'));
    if (this.#pending.size >= MAX_PENDING) return Promise.reject(unavailable('Too much waits to be published.'));
    return new Promise((resolve, reject) => {
      const now = performance.now();
      const headers = encodeHeaders(publication.headers);
      headers.set('Nats-Msg-Id', publication.dedupeKey);
      if (publication.traceparent) headers.set('traceparent', publication.traceparent);
      const pending: Pending = {
        subject: publication.subject,
        dedupeKey: publication.dedupeKey,
        data: encode(publication.payload),
        headers,
        sentAt: now,
        deadlineAt: now + DEADLINE_MS,
        resolve,
        reject,
      };
      this.#counter += 1;
      const token = this.#counter.toString(36);
      this.#pending.set(token, pending);
      this.#sweep ??= setInterval(() => this.#onSweep(), SWEEP_EVERY_MS);
      if (!this.#isHeld()) this.#send(token, pending);
    });
  }

  /** The connection is gone: keeps everything until `resume`. */
  hold(): void {
    this.#held = true;
  }

  /** The connection is back: sends all that is unacked, in order. */
  resume(): void {
    this.#held = false;
    this.#sendAll();
  }

  /** Resolves when nothing waits for an ack; every item has a deadline, so it does. */
  async idle(): Promise<void> {
    if (this.#pending.size === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Fails what is left. */
  close(): void {
    this.#closed = true;
    for (const [token, pending] of this.#pending) this.#fail(token, pending, unavailable('The bus was closed.'));
  }

  #isHeld(): boolean {
    // While the client dials it has no info; what is published then would overtake what `resume` sends again.
    return this.#held || this.#repairing || this.#connection.info === undefined;
  }

  #send(token: string, pending: Pending): void {
    pending.sentAt = performance.now();
    try {
      this.#connection.publish(pending.subject, pending.data, {
        reply: `${this.#inbox}.${token}`,
        headers: pending.headers,
      });
    } catch (error) {
      if (error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded) {
        this.#fail(token, pending, new CodedError('payload_too_large', { cause: error }));
      } else {
        this.#fail(token, pending, unavailable('The bus cannot publish.', error));
      }
    }
  }

  #sendAll(): void {
    if (this.#isHeld()) return;
    for (const [token, pending] of this.#pending) this.#send(token, pending);
  }

  // Called from the client's read loop, which an exception would end.
  #onAck(error: Error | null, message: Msg): void {
    if (error) {
      this.#logger.error({ err: error }, 'Acks of published messages cannot be received');
      return;
    }
    try {
      this.#settle(message);
    } catch (cause) {
      this.#logger.error({ err: cause }, 'An ack of a published message could not be read');
    }
  }

  #settle(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(token);
    if (!pending) return;
    if (message.headers?.code === NO_RESPONDERS) {
      void this.#repairStreams();
      return;
    }
    const ack = ackSchema.parse(decode(message.data));
    if (ack.seq !== undefined && !ack.error) {
      this.#remove(token);
      pending.resolve({ sequence: ack.seq, duplicate: ack.duplicate ?? false });
      return;
    }
    // The server refused to store it (out of space, for one). It is tried again by the sweep until its deadline.
    this.#logger.warn({ subject: pending.subject, error: ack.error }, 'The server did not store a message');
  }

  async #repairStreams(): Promise<void> {
    if (this.#repairing || this.#held) return;
    this.#repairing = true;
    this.#logger.warn({}, 'A stream is missing: making the streams again');
    try {
      await this.#repair();
    } catch (error) {
      this.#logger.error({ err: error }, 'The streams could not be made');
      await new Promise((resolve) => setTimeout(resolve, REPAIR_PAUSE_MS));
    }
    this.#repairing = false;
    this.#sendAll();
  }

  #onSweep(): void {
    const now = performance.now();
    for (const [token, pending] of this.#pending) {
      if (now >= pending.deadlineAt) {
        this.#fail(token, pending, unavailable('The message bus did not confirm in time.'));
      } else if (!this.#isHeld() && now - pending.sentAt >= timing.publish.timeoutMs) {
        this.#send(token, pending);
      }
    }
  }

  #fail(token: string, pending: Pending, error: CodedError): void {
    this.#remove(token);
    pending.reject(error);
  }

  #remove(token: string): void {
    this.#pending.delete(token);
    if (this.#pending.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

/** A name for something that lives as long as this process. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${nuid.next()}`;
}

function unavailable(detail: string, cause?: unknown): CodedError {
  return new CodedError('service_unavailable', { detail, cause });
}
