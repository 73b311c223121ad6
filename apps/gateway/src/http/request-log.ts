import type { Logger, Metrics } from '@multiwa/runtime';
import type { FastifyInstance } from 'fastify';

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** One wide line and a few numbers for each request outcome, by route template: ids, but no bodies and no keys. */
export function installRequestLog(
  app: FastifyInstance,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  const labels = ['method', 'route', 'status'] as const;
  const durations = metrics.histogram('http_request_seconds', 'Time to answer a request.', durationBuckets, labels);
  const refusals = metrics.counter('http_problems_total', 'Requests that were answered with a problem.', ['code']);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });

  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, params, caller, errorCode } = request;
    const route = routeOptions.url ?? 'none';
    const status = reply.statusCode;
    if (!routeOptions.config.endless) durations.observe({ method, route, status }, reply.elapsedTime / 1_000);
    if (errorCode) refusals.inc({ code: errorCode });
    if (!route.startsWith('/api/') && route !== 'none') return;
    logger.info(
      {
        requestId: request.id,
        method,
        route,
        status,
        ms: Math.round(reply.elapsedTime * 100) / 100,
        workspaceId: caller?.workspaceId,
        apiKeyId: caller?.apiKeyId,
        profileId: (params as { profileId?: string } | undefined)?.profileId,
        code: errorCode ?? undefined,
      },
      'request',
    );
  });
}
