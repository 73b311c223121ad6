import { hostname } from 'node:os';
import { z } from 'zod';
import type { Logger } from '../logger.js';
import { readPart } from '../read-env.js';
import { tracingEnv } from './env.js';
import { setTracer } from './span.js';

/** What the last spans get to reach the collector when the process ends. */
const FLUSH_TIMEOUT_MS = 1_000;
/** A collector that is away is mentioned this often at most. */
const COMPLAIN_EVERY_MS = 60_000;

export interface Tracing {
  /** Exports what waits, as far as the collector takes it in time; from then on nothing is traced. Never throws. */
  stop(): Promise<void>;
}

const off: Tracing = { stop: () => Promise.resolve() };

/**
 * Traces this process when the environment names an OTLP collector (docs/tracing.md); otherwise loads nothing and opens
 * nothing. @throws EnvError
 */
export async function startTracing(service: string, logger: Logger, source?: NodeJS.ProcessEnv): Promise<Tracing> {
  const env = readPart(z.object(tracingEnv), source);
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || env.OTEL_SDK_DISABLED === 'true') return off;
  const { openOtlp } = await import('./otlp.js');
  const attributes = {
    'service.namespace': 'multiwa',
    'service.name': `multiwa-${service}`,
    'service.instance.id': `${hostname()}:${process.pid}`,
  };
  const { tracer, flush } = openOtlp({ attributes, onError: complainer(logger) });
  setTracer(tracer);
  logger.info({}, 'Traces are exported');
  return {
    async stop() {
      setTracer(undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
      });
      await Promise.race([flush().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/** Without the error's message, which may name what the operator keeps to himself, such as the collector's address. */
function complainer(logger: Logger): (error: unknown) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let failures = 0;
  return (error) => {
    failures += 1;
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + COMPLAIN_EVERY_MS;
    const reason = error instanceof Error ? ('code' in error && error.code) || error.name : 'unknown';
    logger.warn({ reason, failures }, 'Traces could not be exported and are lost');
    failures = 0;
  };
}
