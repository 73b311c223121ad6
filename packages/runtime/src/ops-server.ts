import { type FastifyInstance, fastify } from 'fastify';
import type { Metrics } from './metrics.js';

declare module 'fastify' {
  interface FastifySchema {
    /** Left out of the API's documentation (read by @fastify/swagger). */
    hide?: boolean;
  }
}

const READY_TIMEOUT_MS = 2_000;

export interface OpsOptions {
  /** What the service needs, each by name, true when it is there. A throw means none is known to be. */
  ready(): Record<string, boolean> | Promise<Record<string, boolean>>;
  metrics: Metrics;
}

/**
 * /health/live: the process runs. /health/ready: it can do its work (200) or not (503), with the parts by name.
 * /metrics: Prometheus' text form. For any Fastify instance.
 */
export function opsRoutes(app: FastifyInstance, { ready, metrics }: OpsOptions): void {
  app.get('/health/live', { schema: { hide: true }, logLevel: 'warn' }, () => ({ status: 'live' }));
  app.get('/health/ready', { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
    const checks = await checked(ready);
    const isReady = Object.values(checks).every(Boolean);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks });
  });
  app.get('/metrics', { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  );
}

async function checked(ready: OpsOptions['ready']): Promise<Record<string, boolean>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Record<string, boolean>>((resolve) => {
    timer = setTimeout(() => resolve({ answered: false }), READY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch {
    return { answered: false };
  } finally {
    clearTimeout(timer);
  }
}

export interface OpsServer {
  port: number;
  stop(): Promise<void>;
}

/** Serves opsRoutes alone; for services that have no HTTP API. */
export async function startOpsServer(options: OpsOptions & { host: string; port: number }): Promise<OpsServer> {
  const app = fastify({ forceCloseConnections: true });
  opsRoutes(app, options);
  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: () => app.close(),
  };
}
