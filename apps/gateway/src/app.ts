import { randomUUID } from 'node:crypto';
import type { IdempotencyRepository } from '@multiwa/db';
import type { MediaLinks } from '@multiwa/media';
import { type Logger, type Metrics, type OpsOptions, opsRoutes } from '@multiwa/runtime';
import { type FastifyInstance, fastify } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Authenticator } from './auth/authenticate.js';
import { installAuthentication } from './http/authentication.js';
import { installErrorHandler, onRouterError } from './http/error-handler.js';
import { installIdempotency } from './http/idempotency.js';
import { installJsonBody } from './http/json-body.js';
import { installMediaLinks } from './http/media-links.js';
import { installOpenApi } from './http/openapi.js';
import { decorateRequests } from './http/request-context.js';
import { installRequestLog } from './http/request-log.js';
import { installRequestTrace } from './http/request-trace.js';
import { compileValidator } from './http/validation.js';
import { limits } from './limits.js';
import { apiRoutes, type UseCases } from './routes/api.js';
import { asyncApiPage } from './routes/asyncapi-page.js';
import { errorsPage } from './routes/errors-page.js';
import type { App } from './routes/route-types.js';

export interface AppDeps {
  authenticator: Authenticator;
  useCases: UseCases;
  /** Makes the links that shown files carry. */
  links: MediaLinks;
  idempotency: IdempotencyRepository;
  ready: OpsOptions['ready'];
  logger: Logger;
  metrics: Metrics;
  version: string;
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The gateway's HTTP side, complete but not listening: tests inject requests into it. */
export async function buildApp(deps: AppDeps): Promise<App> {
  const { logger, metrics, authenticator, useCases, version } = deps;
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
    },
    frameworkErrors: onRouterError(logger),
    // A HEAD of the event stream would be a stream.
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  installErrorHandler(app, logger);
  installJsonBody(app);
  decorateRequests(app);
  installRequestTrace(app);
  installRequestLog(app, { logger, metrics });
  installAuthentication(app, authenticator);
  installIdempotency(app, deps.idempotency);
  await installOpenApi(app, version);
  opsRoutes(app, { ready: deps.ready, metrics });
  errorsPage(app);
  asyncApiPage(app);
  app.get('/', { schema: { hide: true } }, () => ({ name: 'MultiWA', version, docs: '/docs', api: '/api/v1' }));
  const routes = async (api: FastifyInstance) => {
    installMediaLinks(api, deps.links);
    apiRoutes(api.withTypeProvider<ZodTypeProvider>() as App, useCases, authenticator);
  };
  await app.register(routes, { prefix: '/api/v1' });
  app.addHook('preClose', () => useCases.eventStreams.stop());
  return app;
}
