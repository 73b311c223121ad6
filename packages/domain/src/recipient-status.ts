import type { EventType, RecipientStatus } from '@multiwa/contracts';

/** What a message's event makes of the recipient it was sent to. Other events say nothing. */
const byEvent: Partial<Record<EventType, RecipientStatus>> = {
  'message.sent': 'SENT',
  'message.delivered': 'DELIVERED',
  'message.read': 'READ',
  'message.played': 'READ',
  'message.failed': 'FAILED',
  'message.cancelled': 'CANCELLED',
};

/**
 * The same chain as a message's own (message-status.ts): news only ever raises a status, so their order does not
 * matter. A PENDING recipient has no message yet, and those that were left out never get one.
 */
const chain: readonly RecipientStatus[] = ['ACCEPTED', 'FAILED', 'CANCELLED', 'SENT', 'DELIVERED', 'READ'];

export function recipientStatusOfEvent(type: string): RecipientStatus | undefined {
  return Object.hasOwn(byEvent, type) ? byEvent[type as EventType] : undefined;
}

/** Statuses that this one replaces. */
export function recipientStatusesBelow(status: RecipientStatus): RecipientStatus[] {
  const rank = chain.indexOf(status);
  return chain.slice(0, Math.max(rank, 0));
}
