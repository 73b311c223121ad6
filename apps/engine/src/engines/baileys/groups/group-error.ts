import { CodedError, type ErrorCode, type FailureCode } from '@multiwa/contracts';

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'group_admin_required',
  403: 'not_group_member',
  404: 'group_not_found',
  408: 'ask_timeout',
  409: 'already_group_member',
  429: 'whatsapp_rate_limited',
};
const inviteCodes: Readonly<Record<number, ErrorCode>> = {
  401: 'group_invite_invalid',
  404: 'group_invite_invalid',
  406: 'group_invite_invalid',
  410: 'group_invite_invalid',
};
const failures: Readonly<Record<number, FailureCode>> = {
  401: 'group_admins_only',
  403: 'not_group_member',
  404: 'group_unknown',
  420: 'group_admins_only',
};

/** The code that WhatsApp refused a query with; the library hands it over as the error's data. */
export function refusalOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  return typeof error.data === 'number' ? error.data : undefined;
}

/** WhatsApp's no to something asked of a group, in our words. */
export function groupError(error: unknown, about: 'group' | 'invite' = 'group'): CodedError {
  if (error instanceof CodedError) return error;
  const code = refusalOf(error);
  const known = code === undefined ? undefined : (about === 'invite' && inviteCodes[code]) || codes[code];
  if (known) return new CodedError(known, { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  if (code === undefined)
    return new CodedError('ask_timeout', { detail: `WhatsApp did not answer: ${text}.`, cause: error });
  return new CodedError('group_change_refused', { detail: `WhatsApp answered ${code} (${text}).`, cause: error });
}

/** Why a message to a group failed for good; undefined when it may be tried again. */
export function groupFailure(code: number | undefined): FailureCode | undefined {
  return code === undefined ? undefined : failures[code];
}
