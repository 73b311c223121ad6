import type { EventEnvelope } from '@multiwa/contracts';
import type { EndpointFilter, NewDelivery } from '@multiwa/db';
import { newId } from '@multiwa/domain';

/** The delivery of an event to an endpoint, with the body that every attempt sends. */
export function deliveryOf(endpoint: EndpointFilter, event: EventEnvelope, traceparent?: string | null): NewDelivery {
  const { workspaceId, profileId, sequence } = event;
  const chat = typeof event.data.chat === 'string' ? event.data.chat : null;
  return {
    id: newId(),
    workspaceId,
    endpointId: endpoint.id,
    eventId: event.id,
    eventType: event.type,
    chat,
    orderKey: endpoint.ordered && chat !== null ? `${profileId}:${chat}` : null,
    sequence,
    body: JSON.stringify(event),
    traceparent,
  };
}
