import { subscriberInbox, subscriberName, type subscriberSchema, subscriberSubject } from '@multiwa/contracts';
import type { Subscriber } from '@multiwa/db';
import type { z } from 'zod';

export function viewSubscriber(row: Subscriber): z.input<typeof subscriberSchema> {
  return {
    id: row.id,
    name: row.name,
    profileId: row.profileId,
    filter: row.filter,
    user: subscriberName(row),
    consumer: subscriberName(row),
    createdAt: row.createdAt.toISOString(),
  };
}

/** Where its client reads, and where answers to it come. */
export function viewSubscriberAccess(row: Subscriber) {
  return { inboxPrefix: subscriberInbox(row), subject: subscriberSubject(row) };
}
