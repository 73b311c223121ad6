import type { ErrorCode, Scope } from '@multiwa/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/authenticate.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the API key must be allowed to do. A route without one is public. */
    scope?: Scope;
    /** Honours Idempotency-Key through IdempotencyRecord; `sealed` where the answer holds a secret. */
    idempotent?: 'plain' | 'sealed';
    /** The answer goes on until somebody ends it: how long it took says nothing. */
    endless?: true;
  }
  interface FastifyRequest {
    caller: Caller | null;
    /** The code of the problem that was answered, for the log. */
    errorCode: ErrorCode | null;
    /** The id that what is created takes, fixed by the Idempotency-Key. */
    resourceId: string | null;
  }
}

export function decorateRequests(app: FastifyInstance): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('errorCode', null);
  app.decorateRequest('resourceId', null);
}

/** The caller of a route that has a scope; the authentication hook has put it there. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error(`${request.method} ${request.routeOptions.url} has no scope in its config`);
  return request.caller;
}

/** Ids that every scoped query takes. */
export function scopeOf(request: FastifyRequest & { params: { profileId: string } }) {
  return { workspaceId: callerOf(request).workspaceId, profileId: request.params.profileId };
}
