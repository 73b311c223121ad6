import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Authenticator, requireScope } from '../auth/authenticate.js';

/** Before anything of the body is read: who calls, and may they call this. */
export function installAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return;
    request.caller = await authenticator.authenticate(presentedKey(request));
    requireScope(request.caller, scope);
  });
}

/** The key as x-api-key or as Authorization: Bearer. Never in the URL, where logs and histories would keep it. */
export function presentedKey({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = headers['x-api-key'];
  if (header !== undefined) return Array.isArray(header) ? header[0] : header;
  const [scheme = '', key] = headers.authorization?.split(' ') ?? [];
  return scheme.toLowerCase() === 'bearer' ? key : undefined;
}
