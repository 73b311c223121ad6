/** What can go wrong for the person who starts the gateway; each code has one exit path and one sentence. */
export type LauncherErrorCode =
  | 'bad_option'
  | 'data_dir_in_use'
  | 'data_dir_unwritable'
  | 'encryption_key_invalid'
  | 'migrate_failed'
  | 'nats_failed'
  | 'nats_unavailable'
  | 'not_running'
  | 'port_taken'
  | 'postgres_failed'
  | 'service_failed'
  | 'unsupported_platform';

/** A mistake told in one sentence: what is wrong and how to fix it. Printed without a stack. */
export class LauncherError extends Error {
  readonly code: LauncherErrorCode;

  constructor(code: LauncherErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LauncherError';
    this.code = code;
  }
}

/** The `code` of a Node.js system error (`EACCES`, `ENOENT`, …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
