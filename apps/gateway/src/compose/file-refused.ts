import { CodedError } from '@multiwa/contracts';

/** A refusal of the file of a send. */
export function fileRefused(code: 'media_not_convertible', message: string): CodedError {
  return new CodedError(code, { detail: message, errors: [{ pointer: '#/voice', code, message }] });
}
