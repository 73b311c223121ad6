import { type Capability, CodedError, capabilityTable } from '@multiwa/contracts';
import type { KnownProfile } from '../use-cases/known-profile.js';

/** Why an engine cannot do something, with what to use instead; null when it can. */
export function capabilityError(
  engine: KnownProfile['engine'],
  capability: Capability,
  pointer = '#/type',
): CodedError | null {
  const { engines, hint } = capabilityTable[capability];
  return engines.includes(engine) ? null : unsupported(hint, pointer);
}

export function unsupported(hint: string | undefined, pointer = '#/type'): CodedError {
  const message = hint ?? 'The engine of this profile does not send this kind of message.';
  return new CodedError('not_supported_by_engine', {
    detail: message,
    errors: [{ pointer, code: 'not_supported_by_engine', message }],
  });
}
