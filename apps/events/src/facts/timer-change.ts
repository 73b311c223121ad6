import type { Identity } from '@multiwa/contracts';
import type { ProfileState } from '@multiwa/db';

/** Somebody changed after how long the messages of a chat disappear. */
export interface TimerChange {
  profile: ProfileState;
  chat: string;
  peer: Identity | null;
  seconds: number;
  fromMe: boolean;
  /** Null when WhatsApp did not say who. */
  sender: Identity | null;
  at: string;
}
