import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type AttributeValue,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Span, SpanAttributes, SpanOptions, Tracer } from './span.js';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** Spans wait at most this long for others to be exported with. */
const EXPORT_EVERY_MS = 1_000;
/** What a collector that does not answer may cost in memory: some kilobytes a span. */
const MAX_WAITING = 4_096;

export interface OtlpOptions {
  attributes: Record<string, string>;
  /** An export failed; its spans are lost. */
  onError(error: unknown): void;
}

/**
 * Makes spans and exports them in batches by OTLP/HTTP. The packages read endpoint, headers, sampler and limits from the
 * environment themselves. Loaded only when tracing is on.
 */
export function openOtlp({ attributes, onError }: OtlpOptions): { tracer: Tracer; flush(): Promise<void> } {
  setGlobalErrorHandler(onError);
  const resource = defaultResource()
    .merge(resourceFromAttributes(attributes))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter(), {
        scheduledDelayMillis: EXPORT_EVERY_MS,
        maxQueueSize: MAX_WAITING,
      }),
    ],
  });
  return { tracer: new OtlpTracer(provider.getTracer('multiwa')), flush: () => provider.shutdown() };
}

class OtlpTracer implements Tracer {
  readonly #otel: OtelTracer;
  readonly #active = new AsyncLocalStorage<OtlpSpan>();

  constructor(otel: OtelTracer) {
    this.#otel = otel;
  }

  start(name: string, { kind = 'internal', parent, attributes = {} }: SpanOptions): Span | undefined {
    const before = parent ? parseTraceParent(parent) : null;
    const context = before ? trace.setSpanContext(ROOT_CONTEXT, { ...before, isRemote: true }) : ROOT_CONTEXT;
    const span = this.#otel.startSpan(name, { kind: kinds[kind], attributes: present(attributes) }, context);
    return isSampled(span) ? new OtlpSpan(span, this.#active) : undefined;
  }

  active(): Span | undefined {
    const span = this.#active.getStore();
    // What a span began may outlive it, and serve others.
    return span?.hasEnded ? undefined : span;
  }
}

class OtlpSpan implements Span {
  readonly #span: OtelSpan;
  readonly #active: AsyncLocalStorage<OtlpSpan>;
  readonly traceId: string;
  readonly spanId: string;
  hasEnded = false;

  constructor(span: OtelSpan, active: AsyncLocalStorage<OtlpSpan>) {
    this.#span = span;
    this.#active = active;
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
  }

  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-01`;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(present(attributes));
  }

  run<T>(work: () => T): T {
    return this.#active.run(this, work);
  }

  end(failure?: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    }
    this.#span.end();
  }
}

function isSampled(span: OtelSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

function present(attributes: SpanAttributes): Record<string, AttributeValue> {
  const kept: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) kept[name] = value;
  }
  return kept;
}
