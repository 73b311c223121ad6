import type { MessageReceivedFact, MessageStatusFact, ProfileStatusFact } from '@multiwa/contracts';
import { newWaMessageId } from '@multiwa/domain';
import type { AnyFact } from '../../src/facts/apply-facts.js';
import type { TestProfile } from './database.js';

/** Seconds after an arbitrary moment, as facts write times. */
export function second(seconds: number): string {
  return new Date(Date.UTC(2026, 5, 1) + seconds * 1_000).toISOString();
}

export function received(owner: TestProfile, change: Partial<MessageReceivedFact> = {}): AnyFact {
  const peer = { phone: '628222222222', lid: null };
  const payload: MessageReceivedFact = {
    ...owner,
    at: second(0),
    waMessageId: newWaMessageId(),
    chat: '628222222222@s.whatsapp.net',
    peer,
    sender: peer,
    pushName: 'Budi',
    fromMe: false,
    type: 'TEXT',
    content: { type: 'TEXT', text: 'Hi' },
    timestamp: second(0),
    ...change,
  };
  return { kind: 'message-received', payload };
}

export function status(
  owner: TestProfile,
  message: { id: string; waMessageId: string; chat: string },
  said: MessageStatusFact['status'],
  change: Partial<MessageStatusFact> = {},
): AnyFact {
  const { id: messageId, waMessageId, chat } = message;
  const failure = said === 'FAILED' ? { code: 'restricted' as const, detail: null } : null;
  const payload = { ...owner, at: second(0), messageId, waMessageId, chat, status: said, failure, ...change };
  return { kind: 'message-status', payload };
}

export function session(owner: TestProfile, step: number, change: Partial<ProfileStatusFact> = {}): AnyFact {
  const payload: ProfileStatusFact = {
    ...owner,
    at: second(step),
    generation: 1,
    step,
    status: 'CONNECTING',
    reason: null,
    health: 'OK',
    healthReason: null,
    restriction: null,
    self: null,
    qr: null,
    settled: false,
    ...change,
  };
  return { kind: 'profile-status', payload };
}
