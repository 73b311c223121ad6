import type { EventEnvelope, MessageStatusFact, SendCommand } from '@multiwa/contracts';

let counter = 0;

/** A well-formed id of ours that no other call returned. */
export function anId(): string {
  counter += 1;
  return `c${counter.toString(36).padStart(24, '0')}`;
}

export function aSendCommand(profileId: string, text = 'hello'): SendCommand {
  return {
    messageId: anId(),
    workspaceId: anId(),
    profileId,
    waMessageId: `3EB0${anId().toUpperCase()}`,
    chat: '6281234567890@s.whatsapp.net',
    content: { type: 'TEXT', text },
    acceptedAt: '2026-01-01T00:00:00.000Z',
  };
}

export function aStatusFact(profileId: string): MessageStatusFact {
  return {
    profileId,
    workspaceId: anId(),
    at: '2026-01-01T00:00:00.000Z',
    messageId: anId(),
    waMessageId: `3EB0${anId().toUpperCase()}`,
    chat: '6281234567890@s.whatsapp.net',
    status: 'SENT',
    failure: null,
  };
}

export function anEvent(workspaceId: string, profileId: string | null, sequence: number): EventEnvelope {
  return {
    id: anId(),
    type: 'webhook.test',
    version: 1,
    timestamp: '2026-01-01T00:00:00.000Z',
    workspaceId,
    profileId,
    sequence,
    data: { endpointId: anId() },
  };
}
