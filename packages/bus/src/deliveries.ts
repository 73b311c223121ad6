import type { JsMsg } from 'nats';
import { decodeHeaders } from './codec.js';
import type { BusLogger, BusMessage, HandlerResult } from './types.js';

const REMEMBERED = 4_096;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

/**
 * The deliveries of one consumer that are being worked on. Acking is written here and nowhere else.
 *
 * A message that comes again while its handler still runs is not handed over twice; one that comes again because its
 * ack was lost with the connection is acked again without the handler.
 */
export class Deliveries {
  readonly #logger: BusLogger;
  readonly #open = new Map<string, JsMsg>();
  readonly #settled = new Map<string, 'done' | 'rejected'>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(ackWaitMs: number, logger: BusLogger) {
    this.#logger = logger;
    this.#heartbeat = setInterval(() => this.#keepAlive(), ackWaitMs / 3);
    this.#heartbeat.unref();
  }

  /** Takes a delivery on. @returns false when there is nothing to do for it */
  open(message: JsMsg): boolean {
    const key = keyOf(message);
    const settled = this.#settled.get(key);
    if (settled) {
      if (settled === 'done') message.ack();
      else message.term();
      return false;
    }
    const known = this.#open.has(key);
    // The newest delivery is the one that the server expects an ack for.
    this.#open.set(key, message);
    return !known;
  }

  settle(delivered: JsMsg, result: HandlerResult): void {
    const key = keyOf(delivered);
    const message = this.#open.get(key) ?? delivered;
    this.#open.delete(key);
    if (result === 'done') {
      message.ack();
      this.#remember(key, 'done');
    } else if ('retryInMs' in result) {
      message.nak(Math.max(1, Math.round(result.retryInMs)));
    } else {
      this.#logger.error(
        { subject: message.subject, streamSequence: message.seq, reason: result.reject },
        'Message rejected: it will not come again',
      );
      // Without the reason: servers before 2.10 do not know that form and would deliver it again.
      message.term();
      this.#remember(key, 'rejected');
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
  }

  #keepAlive(): void {
    for (const message of this.#open.values()) message.working();
  }

  #remember(key: string, how: 'done' | 'rejected'): void {
    this.#settled.set(key, how);
    if (this.#settled.size <= REMEMBERED) return;
    for (const oldest of this.#settled.keys()) {
      this.#settled.delete(oldest);
      break;
    }
  }
}

/** The result for a message whose handler threw: it comes again, later each time. */
export function retryAfterThrow(deliveryCount: number): HandlerResult {
  return { retryInMs: Math.min(FIRST_RETRY_MS * 2 ** Math.min(deliveryCount - 1, 16), MAX_RETRY_MS) };
}

/** What the span of a message's handling says of its result. */
export function failureOf(result: HandlerResult): string | undefined {
  if (result === 'done') return undefined;
  return 'reject' in result ? 'rejected' : 'retry';
}

/** What a handler sees of a delivery. */
export function toBusMessage<T>(message: JsMsg, payload: T): BusMessage<T> {
  const { streamSequence, deliveryCount } = message.info;
  const headers = decodeHeaders(message.headers);
  return {
    payload,
    subject: message.subject,
    headers,
    traceparent: headers.traceparent,
    streamSequence,
    deliveryCount,
    redelivered: deliveryCount > 1,
    working: () => message.working(),
  };
}

// The time tells messages of a stream apart from those of one made anew, which counts from 1 again.
function keyOf(message: JsMsg): string {
  return `${message.info.streamSequence}:${message.info.timestampNanos}`;
}
