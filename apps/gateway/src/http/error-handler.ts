import { CodedError, type ErrorCode, errorTable, timing } from '@multiwa/contracts';
import type { Logger } from '@multiwa/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, toCodedError } from './problem.js';

/** When repeating may be of use, where that is known. */
const retryAfterMs: Partial<Record<ErrorCode, number>> = { queue_full: timing.queue.retryAfterMs };

/** The one place where errors become answers. */
export function installErrorHandler(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => sendProblem(toCodedError(error), request, reply, logger));
  app.setNotFoundHandler((request, reply) => sendProblem(new CodedError('route_not_found'), request, reply, logger));
}

/** For what the router refuses before any handler could. */
export function onRouterError(logger: Logger) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('x-request-id', request.id);
    sendProblem(toCodedError(error), request, reply, logger);
  };
}

function sendProblem(error: CodedError, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const { status } = errorTable[error.code];
  if (status >= 500) {
    logger.error({ requestId: request.id, code: error.code, err: error.cause ?? error }, 'a request failed');
  }
  request.errorCode = error.code;
  const waitMs = retryAfterMs[error.code];
  if (waitMs !== undefined) reply.header('retry-after', Math.ceil(waitMs / 1_000));
  // Not through the route's serializer: a problem has its own shape.
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(error, request.id));
}
