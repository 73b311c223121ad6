import { type Span, startSpan } from '@multiwa/runtime';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null while tracing is off, and outside the API. */
    span: Span | null;
  }
}

/**
 * A span for each request to the API, in the trace of the caller's `traceparent` if there is one. Endless answers get none:
 * it would be told only when they end. To be installed before the request's log, so that its line names the trace.
 */
export function installRequestTrace(app: FastifyInstance): void {
  app.decorateRequest('span', null);

  app.addHook('onRequest', (request, _reply, next) => {
    const { method, routeOptions, headers, id } = request;
    const route = routeOptions.url ?? '';
    if (route.startsWith('/api/') && !routeOptions.config.endless) {
      const parent = typeof headers.traceparent === 'string' ? headers.traceparent : null;
      const attributes = { 'http.request.method': method, 'http.route': route, 'multiwa.request_id': id };
      request.span = startSpan(`${method} ${route}`, { kind: 'server', parent, attributes }) ?? null;
    }
    next();
  });

  // Not earlier: reading a body leaves the context in which it began.
  app.addHook('preValidation', (request, _reply, next) => {
    if (request.span) request.span.run(next);
    else next();
  });

  app.addHook('onResponse', (request, reply, next) => {
    const { span, caller, params, errorCode } = request;
    if (!span) return next();
    const { statusCode } = reply;
    span.set({
      'http.response.status_code': statusCode,
      'multiwa.workspace_id': caller?.workspaceId,
      'multiwa.api_key_id': caller?.apiKeyId,
      'multiwa.profile_id': (params as { profileId?: string } | undefined)?.profileId,
      'multiwa.error_code': errorCode,
    });
    span.run(next);
    span.end(statusCode >= 500 ? (errorCode ?? String(statusCode)) : undefined);
  });
}
