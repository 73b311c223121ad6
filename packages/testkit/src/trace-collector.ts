import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { waitFor } from './wait-for.js';

/** A span as it reached the collector. */
export interface CollectedSpan {
  /** `service.name` of the process that made it. */
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  attributes: Record<string, unknown>;
  /** Set when the span failed. */
  failure: string | null;
  /** Nanoseconds since the epoch. */
  startedAt: bigint;
}

export interface TraceCollector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: readonly CollectedSpan[];
  /** What was sent, as it came. */
  bodies: readonly string[];
  /** How often somebody connected. */
  readonly connections: number;
  /** Waits until `found` gives something for the spans of a trace. */
  waitForTrace<T>(traceId: string, what: string, found: (spans: CollectedSpan[]) => T | undefined | false): Promise<T>;
  stop(): Promise<void>;
}

const TRACE_TIMEOUT_MS = 20_000;

const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }));
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().length(32),
              spanId: z.string().length(16),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.union([z.string(), z.number()]),
              attributes,
              status: z.object({ code: z.number().optional(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** An OTLP/HTTP collector on the loopback interface that keeps what it gets. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    try {
      const body = await text(request);
      if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error('not an export of traces');
      bodies.push(body);
      spans.push(...read(body));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    } catch {
      response.writeHead(400).end();
    }
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    get connections() {
      return connections;
    },
    waitForTrace: (traceId, what, found) =>
      waitFor(async () => found(spans.filter((span) => span.traceId === traceId)), {
        what,
        timeoutMs: TRACE_TIMEOUT_MS,
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function read(body: string): CollectedSpan[] {
  return exportSchema.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        service: String(plain(resource.attributes)['service.name']),
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || null,
        attributes: plain(span.attributes),
        failure: span.status.code === 2 ? (span.status.message ?? '') : null,
        startedAt: BigInt(span.startTimeUnixNano),
      })),
    ),
  );
}

function plain(list: z.infer<typeof attributes>): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
