import { CodedError, type FieldError } from '@multiwa/contracts';

/** A request whose fields cannot be accepted, each named by JSON pointer. */
export function validationFailed(errors: FieldError[]): CodedError {
  return new CodedError('validation_failed', { errors });
}
