import { CodedError, type ErrorCode } from '@multiwa/contracts';
import { limits } from '../limits.js';

/** Why a message cannot be accepted for these times; null when it can. */
export function sendTimesError(sendAt: Date | null, expiresAt: Date | null, now: Date): CodedError | null {
  if (sendAt) {
    const aheadMs = sendAt.getTime() - now.getTime();
    if (aheadMs <= 0) return timeError('send_at_past', '#/sendAt', 'lies in the past');
    if (aheadMs > limits.sendAtMaxAheadMs) {
      return timeError('send_at_too_far', '#/sendAt', 'lies more than 366 days ahead');
    }
  }
  if (!expiresAt) return null;
  if (expiresAt <= now) return timeError('expires_at_past', '#/expiresAt', 'lies in the past');
  if (sendAt && expiresAt <= sendAt) return timeError('expires_at_past', '#/expiresAt', 'does not lie after sendAt');
  return null;
}

function timeError(code: ErrorCode, pointer: string, message: string): CodedError {
  return new CodedError(code, { errors: [{ pointer, code, message }] });
}
