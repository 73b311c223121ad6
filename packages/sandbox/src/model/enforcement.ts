export const ENFORCEMENT_TYPES = ['WEB_COMPANION_ONLY', 'BIZ_QUALITY'] as const;

/** Why the network restricts an account, by the library's names. */
export type EnforcementType = (typeof ENFORCEMENT_TYPES)[number];

/** An account's companions may not begin conversations until a set time. */
export interface Restriction {
  untilMs: number;
  enforcementType: EnforcementType;
}

/** How many messages to people who never wrote an account's companions may send, and have sent, until a set time. */
export interface NewChatCap {
  total: number;
  used: number;
  /** When it is counted anew. */
  untilMs: number;
}
