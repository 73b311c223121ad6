import { eventsStream } from './streams.js';
import { subjects } from './subjects.js';

/** A subscriber of NATS: a user of the server with one durable consumer, for the events of one workspace. */
export interface SubscriberAccess {
  id: string;
  workspaceId: string;
  /** Only the events of this profile; null for all of the workspace. */
  profileId: string | null;
  /** A type, a beginning of types such as `message.*`, or `*`. */
  filter: string;
}

/** Of the server's user and of its durable consumer. */
export function subscriberName({ id }: Pick<SubscriberAccess, 'id'>): string {
  return `sub_${id}`;
}

/** Answers to a subscriber come here and nowhere else, so that no other one can read them: clients call it inboxPrefix. */
export function subscriberInbox(subscriber: Pick<SubscriberAccess, 'id'>): string {
  return `_INBOX_${subscriberName(subscriber)}`;
}

/** The subject of the events that a subscriber gets. */
export function subscriberSubject({ workspaceId, profileId, filter }: SubscriberAccess): string {
  const all = subjects.eventsOf(workspaceId, profileId ?? undefined);
  return filter === '*' ? all : all.replace(/>$/, filter.replace(/\*$/, '>'));
}

/** Everything that a subscriber's user may do: read its own consumer, ack, and follow its own subjects. */
export function subscriberPermissions(subscriber: SubscriberAccess): { publish: string[]; subscribe: string[] } {
  const consumer = `${eventsStream.name}.${subscriberName(subscriber)}`;
  return {
    publish: [`$JS.API.CONSUMER.INFO.${consumer}`, `$JS.API.CONSUMER.MSG.NEXT.${consumer}`, `$JS.ACK.${consumer}.>`],
    subscribe: [`${subscriberInbox(subscriber)}.>`, subscriberSubject(subscriber)],
  };
}
