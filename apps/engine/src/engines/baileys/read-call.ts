import type { WACallEvent } from '@whiskeysockets/baileys';
import type { CallSeen } from '../engine.js';
import { chatOf, identityOf, isGroup } from './addresses.js';
import type { CompleteIdentity } from './complete-identity.js';

const statuses: Readonly<Partial<Record<WACallEvent['status'], CallSeen['status']>>> = {
  offer: 'RINGING',
  reject: 'REJECTED',
  accept: 'ANSWERED',
  timeout: 'MISSED',
  // Whoever was called elsewhere has said so before.
  terminate: 'MISSED',
};

/** What WhatsApp tells of a call; undefined for its inner workings. */
export async function readCall(call: WACallEvent, complete: CompleteIdentity): Promise<CallSeen | undefined> {
  const status = statuses[call.status];
  if (!status || !call.id) return undefined;
  const caller = await complete(identityOf(call.from, call.callerPn, call.chatId));
  const group = call.groupJid !== undefined && isGroup(call.groupJid) ? call.groupJid : null;
  const chat = group ?? chatOf(caller);
  if (chat === null) return undefined;
  return {
    at: new Date().toISOString(),
    waCallId: call.id,
    fromJid: call.from,
    chat,
    caller,
    video: call.isVideo ?? false,
    isGroup: call.isGroup ?? group !== null,
    // One that waited for us does not ring any more.
    status: status === 'RINGING' && call.offline ? 'MISSED' : status,
    startedAt: Number.isNaN(call.date.getTime()) ? new Date().toISOString() : call.date.toISOString(),
  };
}
