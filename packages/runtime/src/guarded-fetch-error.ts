export type GuardedFetchErrorCode =
  /** Not http(s), with a user's name in it, or leading to an address that is not public. */
  | 'url_not_allowed'
  /** The method or a header cannot stand in a request. */
  | 'request_invalid'
  /** The whole exchange took too long. */
  | 'timeout'
  /** No such name, no connection, no TLS, or a connection that broke before the answer was complete. */
  | 'connect_failed'
  /** The answer was a redirection, which is never followed. */
  | 'redirect_refused';

/** Why a guarded request has no answer. The message says it without the URL, which may hold secrets. */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';
  readonly code: GuardedFetchErrorCode;
  /** Of the redirection that was refused. */
  readonly status: number | undefined;

  constructor(code: GuardedFetchErrorCode, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}
