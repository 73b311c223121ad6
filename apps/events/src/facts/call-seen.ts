import type { CallFact } from '@multiwa/contracts';

/** A call that a batch is about, with what is known of its caller by then. */
export interface CallSeen {
  fact: CallFact;
  contactId: string | null;
  chat: string;
  /** To be sent to the caller when the call was rejected by itself. */
  answer: string | null;
}
