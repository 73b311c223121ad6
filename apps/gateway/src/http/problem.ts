import { CodedError, type ErrorCode, errorTable, type Problem } from '@multiwa/contracts';
import { isConnectionError } from '@multiwa/db';
import { limits } from '../limits.js';

/** What Fastify refuses before a handler runs, by its code. */
const refusals: Readonly<Record<string, () => CodedError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () => new CodedError('malformed_json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new CodedError('malformed_json', { detail: 'Content-Length is wrong.' }),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new CodedError('payload_too_large', {
      detail: `A body may have ${limits.bodyBytes} bytes, one with a session ${limits.sessionFileBytes}.`,
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new CodedError('unsupported_media_type'),
  FST_ERR_BAD_URL: () => new CodedError('route_not_found'),
  FST_ERR_MAX_PARAM_LENGTH: () => new CodedError('route_not_found'),
  FST_ERR_NOT_FOUND: () => new CodedError('route_not_found'),
};

/**
 * Any error as one of ours: a database that is away is a reason to repeat the call, and what is not a refusal is a fault of
 * this side. Both keep the original as their cause.
 */
export function toCodedError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (isConnectionError(error)) return new CodedError('service_unavailable', { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return refusals[code]?.() ?? new CodedError('internal_error', { cause: error });
}

/** RFC 9457. Faults of this side say nothing but their code. */
export function problemOf(error: CodedError, requestId: string): Problem {
  const { status, sentence, fix } = errorTable[error.code];
  return {
    type: problemType(error.code),
    title: sentence,
    status,
    code: error.code,
    detail: status >= 500 ? `${sentence} ${fix}` : error.message,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}

/** Where a code is explained; relative, because the gateway does not know under which name it is reached. */
export function problemType(code: ErrorCode): string {
  return `/docs/errors#${code}`;
}
