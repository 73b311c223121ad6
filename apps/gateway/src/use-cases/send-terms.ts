import type { CodedError } from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import type { ColdSends } from './cold-sends.js';
import type { KnownProfile } from './known-profile.js';
import { sendTimesError } from './send-times.js';

export interface SendTermsDeps {
  coldSendError: ColdSends;
  /** Why nothing may be sent to somebody who wants no messages. */
  optOutRefusal(workspaceId: string, chat: string): Promise<CodedError | null>;
  now(): Date;
}

/** When and to whom it may be sent, as the caller wrote it. */
export interface AskedTerms {
  sendAt?: string | undefined;
  expiresAt?: string | undefined;
  ignoreOptOut?: boolean | undefined;
  /** How long the chat shows that we type before it: milliseconds, or true for as long as the text would take. */
  simulateTyping?: boolean | number | undefined;
}

export interface SendTerms {
  sendAt: Date | null;
  expiresAt: Date | null;
  ignoreOptOut: boolean;
}

export function readTerms({ sendAt, expiresAt, ignoreOptOut = false }: AskedTerms): SendTerms {
  return { sendAt: dateOf(sendAt), expiresAt: dateOf(expiresAt), ignoreOptOut };
}

/** Why nothing may be sent to a chat under these terms, if so. */
export function makeSendTermsError({ coldSendError, optOutRefusal, now }: SendTermsDeps) {
  return async function sendTermsError(
    scope: ProfileScope,
    profile: KnownProfile,
    chat: string,
    { sendAt, expiresAt, ignoreOptOut }: SendTerms,
  ): Promise<CodedError | null> {
    return (
      sendTimesError(sendAt, expiresAt, now()) ??
      (ignoreOptOut ? null : await optOutRefusal(scope.workspaceId, chat)) ??
      (await coldSendError(scope, profile, chat, sendAt))
    );
  };
}

function dateOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}
