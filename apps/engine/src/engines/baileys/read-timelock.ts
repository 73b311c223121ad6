import type { Restriction } from '@multiwa/contracts';
import type { ConnectionState } from '@whiskeysockets/baileys';

/** The library's word for what WhatsApp forbids ("reachout timelock", error 463) in ours; null when it forbids nothing. */
export function readTimelock(
  state: NonNullable<ConnectionState['reachoutTimeLock']>,
): Extract<Restriction, { kind: 'reachout_timelock' }> | null {
  const { isActive, timeEnforcementEnds, enforcementType } = state;
  if (isActive !== true) return null;
  return {
    kind: 'reachout_timelock',
    until: timeEnforcementEnds?.toISOString() ?? null,
    enforcementType: enforcementType ?? null,
  };
}
