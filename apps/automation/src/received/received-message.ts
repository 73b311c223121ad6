import { type Content, type EventEnvelope, events } from '@multiwa/contracts';

/** A message from a person, as far as automations are concerned. */
export interface ReceivedMessage {
  eventId: string;
  /** When it was recorded, by the database's clock. */
  at: Date;
  workspaceId: string;
  profileId: string;
  contactId: string;
  chat: string;
  waMessageId: string;
  sender: { phone: string | null; lid: string | null };
  content: Content;
  firstOfContact: boolean;
  /** Of the event's trace, where it has one. */
  traceparent?: string;
}

/** Why a message concerns no automation. */
export type NotConcerned = 'other_event' | 'own_message' | 'group' | 'nobody' | 'album';

/**
 * What automations look at: messages that a person wrote to a profile, one to one. What the number itself sent, here
 * or from its phone, never triggers anything.
 */
export function readReceived(envelope: EventEnvelope): ReceivedMessage | NotConcerned {
  const { id: eventId, type, workspaceId, profileId } = envelope;
  const parsed = events['message.received'].data.safeParse(envelope.data);
  if (type !== 'message.received' || profileId === null || !parsed.success) return 'other_event';
  const { fromMe, contactId, chat, waMessageId, sender, content, firstOfContact } = parsed.data;
  if (fromMe) return 'own_message';
  if (chat.endsWith('@g.us')) return 'group';
  if (contactId === null) return 'nobody';
  // Its files follow, each a message of its own.
  if (content.type === 'ALBUM') return 'album';
  const at = new Date(envelope.timestamp);
  return { eventId, at, workspaceId, profileId, contactId, chat, waMessageId, sender, content, firstOfContact };
}
