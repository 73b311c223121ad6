/** Every way in which the control API (or its programmatic twin) can refuse, with the HTTP status it answers. */
export const SANDBOX_ERRORS = {
  validation_failed: 422,
  phone_not_found: 404,
  phone_exists: 409,
  recipient_not_found: 404,
  qr_malformed: 422,
  qr_unknown: 404,
  pairing_code_unknown: 404,
  pairing_code_wrong: 422,
  pairing_timeout: 504,
  pairing_rejected: 502,
  passkey_required: 409,
  phone_banned: 409,
  phone_off: 409,
  companion_limit: 409,
  companion_not_found: 404,
  message_not_found: 404,
  group_not_found: 404,
  group_refused: 409,
  channel_not_found: 404,
  channel_refused: 409,
  picture_not_found: 404,
  media_not_found: 404,
  fault_not_found: 404,
  route_not_found: 404,
  not_loopback: 422,
  internal_error: 500,
} as const;

export type SandboxErrorCode = keyof typeof SANDBOX_ERRORS;

/** A refusal with a stable code and a sentence that may be shown. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly status: number;

  constructor(
    readonly code: SandboxErrorCode,
    message: string,
    readonly errors: { pointer: string; message: string }[] = [],
  ) {
    super(message);
    this.status = SANDBOX_ERRORS[code];
  }
}
