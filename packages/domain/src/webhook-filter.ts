import { type EventEnvelope, filtersTake } from '@multiwa/contracts';

export interface WebhookFilter {
  id: string;
  workspaceId: string;
  /** null takes the events of all profiles, and those without one. */
  profileId: string | null;
  /** Types, and beginnings of types such as `message.*`. Empty takes all. */
  eventTypes: readonly string[];
  createdAt: Date;
}

/** Whether an endpoint gets an event. What happened before the endpoint was made is none of its business. */
export function webhookWants(endpoint: WebhookFilter, event: EventEnvelope): boolean {
  if (event.workspaceId !== endpoint.workspaceId) return false;
  // A test is for the endpoint it names, whatever its filter.
  if (event.type === 'webhook.test') return event.data.endpointId === endpoint.id;
  if (new Date(event.timestamp) < endpoint.createdAt) return false;
  return webhookFilterTakes(endpoint, event);
}

/** Whether the filter of an endpoint takes an event of its workspace, whenever that happened. */
export function webhookFilterTakes(endpoint: WebhookFilter, event: EventEnvelope): boolean {
  if (endpoint.profileId !== null && endpoint.profileId !== event.profileId) return false;
  return filtersTake(endpoint.eventTypes, event.type);
}
