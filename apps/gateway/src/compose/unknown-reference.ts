import { CodedError, errorTable } from '@multiwa/contracts';

/** A body names a message that is not there: one code for a quote, a reaction, an edit and a deletion. */
export function unknownReference(pointer: string): CodedError {
  const code = 'referred_message_unknown';
  return new CodedError(code, { errors: [{ pointer, code, message: errorTable[code].sentence }] });
}
