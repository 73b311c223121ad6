import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Level, type Logger, pino } from 'pino';
import { redact } from './redact.js';
import { activeSpan } from './tracing/span.js';

export type { Logger } from 'pino';

const FLUSH_BYTES = 4_096;
const FLUSH_EVERY_MS = 100;

/**
 * Lines are collected for a moment: a write of each on its own costs a message's path more than all else that it does there.
 * What is collected is written when the process ends, unless it is killed.
 */
function stdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: false, minLength: FLUSH_BYTES, periodicFlush: FLUSH_EVERY_MS });
}

/**
 * JSON lines on stdout, or on `destination`. Fields that hold secrets are shown as "[redacted]"; by a walk of our own,
 * since pino's redaction of names at any depth costs some 100 µs a line. Written inside a span, a line names it.
 */
export function createLogger(name: string, level: Level | 'silent' = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => withTrace(redact(fields)),
    },
  };
  const logger: Logger = pino(options, destination ?? stdout());
  // pino formats the bindings of the first logger only. Children inherit this one from their prototype.
  const { child } = logger;
  return Object.defineProperty(logger, 'child', {
    value(this: Logger, bindings: Bindings, childOptions?: ChildLoggerOptions) {
      return Reflect.apply(child, this, [redact(bindings), childOptions]);
    },
  });
}

/** Names as in OpenTelemetry's data model for logs that are not exported by it. */
function withTrace(fields: Record<string, unknown>): Record<string, unknown> {
  const span = activeSpan();
  return span ? { ...fields, trace_id: span.traceId, span_id: span.spanId } : fields;
}
