import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Level, type Logger, pino } from 'pino';
import { logError } from './log-error.js';
import { redact } from './redact.js';
import { collectedStdout } from './stdout.js';
import { activeSpan } from './tracing/span.js';

export type { Logger } from 'pino';

/**
 * JSON lines on stdout, or on `destination`. Fields that hold secrets are shown as "[redacted]"; by a walk of our own,
 * since pino's redaction of names at any depth costs some 100 µs a line. Written inside a span, a line names it.
 */
export function createLogger(name: string, level: Level | 'silent' = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => logError(error) },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => withTrace(redact(fields)),
    },
  };
  const logger: Logger = pino(options, destination ?? collectedStdout());
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
