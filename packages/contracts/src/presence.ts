import { z } from 'zod';

/** What others show of themselves in a chat. */
export const presenceStates = ['online', 'offline', 'typing', 'recording'] as const;
export const presenceStateSchema = z.enum(presenceStates);
export type PresenceState = z.infer<typeof presenceStateSchema>;

/** What a number shows of itself: to everybody, or to one chat. */
export const shownPresenceSchema = z.enum(['online', 'offline', 'typing', 'recording', 'paused']);
export type ShownPresence = z.infer<typeof shownPresenceSchema>;

export const callStatuses = ['RINGING', 'REJECTED', 'ANSWERED', 'MISSED'] as const;
export const callStatusSchema = z.enum(callStatuses);
