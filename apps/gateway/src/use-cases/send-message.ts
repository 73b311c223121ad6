import type { ParsedSend } from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import type { ComposeContent } from '../compose/compose-content.js';
import type { AcceptSend, Idempotency, SendOutcome } from './accept-send.js';

export interface SendMessageDeps {
  acceptSend: AcceptSend;
  composeContent: ComposeContent;
}

/** Sends what a caller wrote. */
export function makeSendMessage({ acceptSend, composeContent }: SendMessageDeps) {
  return (scope: ProfileScope, input: ParsedSend, idempotency?: Idempotency): Promise<SendOutcome> => {
    // What is always refused may hold anything.
    const terms = input.type === 'BUTTONS' || input.type === 'LIST' ? {} : input;
    return acceptSend(scope, (profile) => composeContent(scope, profile, input), terms, idempotency);
  };
}
export type SendMessageUseCase = ReturnType<typeof makeSendMessage>;
