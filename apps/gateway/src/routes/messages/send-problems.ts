/** What any send to a chat may be refused with, whatever it says. */
export const sendProblems = [
  'profile_not_found',
  'recipient_invalid',
  'send_at_past',
  'send_at_too_far',
  'expires_at_past',
  'not_supported_by_engine',
  'profile_restricted',
  'recipient_opted_out',
  'queue_full',
] as const;
