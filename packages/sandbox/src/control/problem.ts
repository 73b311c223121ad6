import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ZodError, type ZodType } from 'zod';
import { SandboxError } from '../errors.js';

/** Parses what came in; a mismatch becomes a 422 with JSON pointers. */
export function parse<T>(schema: ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw validationError(result.error);
}

/** Turns every error of the control API into RFC 9457 problem+json with a code. */
export function installProblems(app: FastifyInstance): void {
  app.setNotFoundHandler(() => {
    throw new SandboxError('route_not_found', 'There is no such route.');
  });
  app.setErrorHandler((error, _request, reply) => {
    const problem = toSandboxError(error);
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send({
        type: 'about:blank',
        title: STATUS_CODES[problem.status],
        status: problem.status,
        code: problem.code,
        detail: problem.message,
        ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
      });
  });
}

function toSandboxError(error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  if (error instanceof ZodError) return validationError(error);
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500)
    return new SandboxError('validation_failed', 'The body is not what this route takes.');
  return new SandboxError('internal_error', 'The sandbox failed; its log says why.');
}

function validationError(error: ZodError): SandboxError {
  const errors = error.issues.map(({ path, message }) => ({ pointer: `/${path.map(String).join('/')}`, message }));
  return new SandboxError('validation_failed', 'The request does not fit the schema.', errors);
}
