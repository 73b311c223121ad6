import { type EventData, type EventType, events } from './events.js';

/** An event before it has its sequence and time: what a change appends in its own transaction. */
export interface EventRecord<T extends EventType = EventType> {
  id: string;
  workspaceId: string;
  profileId: string | null;
  type: T;
  version: number;
  data: EventData<T>;
  /** W3C trace context of the change, where it is traced. */
  traceparent?: string | null;
}

/**
 * Makes an event whose data is of its type, for the compiler and at run time.
 * @throws ZodError when the data does not fit the catalog's schema: nothing else is ever recorded
 */
export function eventOf<T extends EventType>(
  type: T,
  { data, ...owner }: Omit<EventRecord<T>, 'type' | 'version'>,
): EventRecord<T> {
  const { version, data: schema } = events[type];
  return { ...owner, type, version, data: schema.parse(data) as EventData<T> };
}
