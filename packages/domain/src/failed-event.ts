import { type EventRecord, eventOf, type FailureCode, failureReasons, movedEventType } from '@multiwa/contracts';
import { newId } from './ids.js';

/** A message that ended before it was sent. */
export interface UnsentMessage {
  id: string;
  workspaceId: string;
  profileId: string;
  chat: string;
  waMessageId: string;
  traceparent: string | null;
}

export interface Failure {
  code: FailureCode;
  detail: string | null;
  at: Date;
}

/** What customers are told of a message that ended FAILED without an engine having tried it, in the family of its address. */
export function failedEvent(message: UnsentMessage, { code, detail, at }: Failure): EventRecord {
  const { id: messageId, workspaceId, profileId, waMessageId, chat, traceparent } = message;
  const data = { messageId, waMessageId, chat, at: at.toISOString(), code, sentence: failureReasons[code], detail };
  return eventOf(movedEventType(chat, 'failed'), { id: newId(), workspaceId, profileId, data, traceparent });
}
