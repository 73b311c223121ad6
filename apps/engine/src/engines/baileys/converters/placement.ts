import type { Identity } from '@multiwa/contracts';

/** Where a message goes, as far as what it says depends on it. */
export interface Placement {
  chat: string;
  /** The number that sends. */
  self: Identity;
  /** The timer of the chat's disappearing messages. */
  expiresInSeconds?: number | undefined;
}
