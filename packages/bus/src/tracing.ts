import type { Published } from './types.js';

/** A span of the trace that a message belongs to. */
export interface BusSpan {
  /** By which the trace goes on where the message arrives (W3C Trace Context). */
  readonly traceparent: string;
  /** Runs `work` with this span as the active one. */
  run<T>(work: () => T): T;
  end(failure?: string): void;
}

/** Begins a span under `parent`; undefined while tracing is off. What runtime's `startSpan` does. */
export type StartSpan = (
  name: string,
  options: { kind: 'producer' | 'consumer'; parent: string; attributes: Record<string, string | number | undefined> },
) => BusSpan | undefined;

interface Traced {
  /** What kind of message it is, as in docs/subjects.md: "command send", "fact message-status". */
  what: string;
  /** The trace that it belongs to, if any. */
  parent: string | null | undefined;
  payload: unknown;
}

/**
 * The spans of the bus, written once: one for the publication of each message that belongs to a trace, and one for its
 * handling. A message without a trace gets none, so that nothing begins a trace here.
 */
export class BusTracing {
  readonly #startSpan: StartSpan | undefined;

  constructor(startSpan?: StartSpan) {
    this.#startSpan = startSpan;
  }

  /** Publishes in a span from the call to the server's ack. `publish` gets the `traceparent` to send with the message. */
  publish(
    { what, parent, payload }: Traced,
    publish: (traceparent: string | undefined) => Promise<Published>,
  ): Promise<Published> {
    if (!parent) return publish(undefined);
    const span = this.#startSpan?.(`publish ${what}`, { kind: 'producer', parent, attributes: idsOf(payload) });
    const published = publish(span?.traceparent ?? parent);
    if (span) {
      published.then(
        () => span.end(),
        (error: Error) => span.end('code' in error ? String(error.code) : error.name),
      );
    }
    return published;
  }

  /** Begins the span of a message's handling. */
  handling({ what, parent, payload }: Traced, deliveryCount: number): BusSpan | undefined {
    if (!parent) return undefined;
    const attributes = { ...idsOf(payload), 'multiwa.delivery_count': deliveryCount };
    return this.#startSpan?.(`handle ${what}`, { kind: 'consumer', parent, attributes });
  }
}

const ids = {
  workspaceId: 'multiwa.workspace_id',
  profileId: 'multiwa.profile_id',
  messageId: 'multiwa.message_id',
  waMessageId: 'multiwa.wa_message_id',
  status: 'multiwa.status',
  sequence: 'multiwa.sequence',
} as const;

/** What a span tells of a payload: ids and codes by name, so that nothing else can get in. */
function idsOf(payload: unknown): Record<string, string | number | undefined> {
  const attributes: Record<string, string | number | undefined> = { 'messaging.system': 'nats' };
  if (typeof payload !== 'object' || payload === null) return attributes;
  const fields: Record<string, unknown> = { ...payload };
  for (const [field, name] of Object.entries(ids)) {
    const value = fields[field];
    if (typeof value === 'string' || typeof value === 'number') attributes[name] = value;
  }
  return attributes;
}
