import type { EventEnvelope } from '@multiwa/contracts';

export interface WebhookFilter {
  id: string;
  workspaceId: string;
  /** null takes the events of all profiles, and those without one. */
  profileId: string | null;
  /** Empty takes all. */
  eventTypes: readonly string[];
  createdAt: Date;
}

/** Whether an endpoint gets an event. What happened before the endpoint was made is none of its business. */
export function webhookWants(endpoint: WebhookFilter, event: EventEnvelope): boolean {
  if (event.workspaceId !== endpoint.workspaceId) return false;
  // A test is for the endpoint it names, whatever its filter.
  if (event.type === 'webhook.test') return event.data.endpointId === endpoint.id;
  if (new Date(event.timestamp) < endpoint.createdAt) return false;
  if (endpoint.profileId !== null && endpoint.profileId !== event.profileId) return false;
  return endpoint.eventTypes.length === 0 || endpoint.eventTypes.includes(event.type);
}
