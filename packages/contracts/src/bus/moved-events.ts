import { placeOf } from '../addresses.js';

const families = { chat: 'message', status: 'status', channel: 'channel.post' } as const;

/**
 * The type of the event that tells how a send moved on, by where it goes. The events of the three families hold the same,
 * but for the address; so what makes one makes all, and `eventOf` checks each by its own schema.
 */
export function movedEventType<S extends 'sent' | 'failed' | 'cancelled' | 'media' | 'deleted'>(
  address: string,
  step: S,
): `message.${S}` {
  return `${families[placeOf(address)]}.${step}` as `message.${S}`;
}

/** The same for a reaction, which there is to messages and statuses. */
export function reactionEventType(address: string): 'message.reaction' {
  return `${families[placeOf(address)]}.reaction` as 'message.reaction';
}
