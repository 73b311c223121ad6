/**
 * Spans of a message's trace, as the product sees them. This file loads nothing: while no tracer is set, every function here
 * costs one comparison.
 */

/** Ids, codes, counts. Never what people wrote, numbers, chats, keys or URLs. Undefined and null are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** The `traceparent` to go on from. Without one that can be read a new trace begins. */
  parent?: string | null;
  attributes?: SpanAttributes;
}

export interface Span {
  /** By which a trace goes on elsewhere (https://www.w3.org/TR/trace-context/#traceparent-header). */
  readonly traceparent: string;
  readonly traceId: string;
  readonly spanId: string;
  set(attributes: SpanAttributes): void;
  /** Runs `work` with this span as the active one, also in what it awaits. */
  run<T>(work: () => T): T;
  /** `failure`: a code, when what the span stands for failed. */
  end(failure?: string): void;
}

export interface Tracer {
  /** Undefined when the trace is not sampled: then nothing below it is made either. */
  start(name: string, options: SpanOptions): Span | undefined;
  /** The span in whose `run` this is called, unless it has ended. */
  active(): Span | undefined;
}

let tracer: Tracer | undefined;

/** Sets, or takes away, what makes the spans of this process. */
export function setTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Begins a span; whoever begins it ends it. Undefined while tracing is off or the trace is not sampled. */
export function startSpan(name: string, options: SpanOptions = {}): Span | undefined {
  return tracer?.start(name, options);
}

export function activeSpan(): Span | undefined {
  return tracer?.active();
}

/** Runs `work` in a span below the active one; without one, just runs it. */
export function traced<T>(
  name: string,
  options: Omit<SpanOptions, 'parent'>,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  const parent = tracer?.active()?.traceparent;
  return inSpan(parent === undefined ? undefined : startSpan(name, { ...options, parent }), work);
}

/** Runs `work` in a span, if there is one, and ends it with the outcome. */
export function inSpan<T>(span: Span | undefined, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  return span ? runAndEnd(span, work) : work(undefined);
}

async function runAndEnd<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    const result = await span.run(() => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(failureCode(error));
    throw error;
  }
}

/** What a span says of an error: its code or class. Messages may hold what must not leave the process. */
function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
