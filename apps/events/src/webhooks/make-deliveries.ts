import type { BatchHandler, BusMessage } from '@multiwa/bus';
import type { EventEnvelope } from '@multiwa/contracts';
import {
  type Database,
  type EndpointFilter,
  enabledEndpoints,
  insertDeliveries,
  type NewDelivery,
  type NewSecret,
  reconcileProfileEndpoints,
} from '@multiwa/db';
import { webhookWants } from '@multiwa/domain';
import { deliveryOf } from './delivery-of.js';

export interface MakeDeliveriesDeps {
  database: Pick<Database, 'transaction'>;
  newSecret: NewSecret;
  /** Told of endpoints that something is due for. */
  onDue(endpointIds: readonly string[]): void;
}

/**
 * Makes a delivery of each event for each endpoint that wants it, in one transaction a batch. An event seen twice makes
 * none anew. The endpoints of profiles are brought in line first, so that none misses what follows its being set.
 */
export function makeDeliveries({
  database,
  newSecret,
  onDue,
}: MakeDeliveriesDeps): BatchHandler<BusMessage<EventEnvelope>> {
  return async (batch) => {
    const events = batch.map(({ payload }) => payload);
    const traces = new Map(batch.map(({ payload, traceparent }) => [payload.id, traceparent]));
    const due = await database.transaction(async (tx) => {
      const profileIds = [...new Set(events.flatMap(({ profileId }) => profileId ?? []))];
      await reconcileProfileEndpoints(tx, { profileIds }, newSecret);
      const endpoints = await enabledEndpoints(tx, [...new Set(events.map(({ workspaceId }) => workspaceId))]);
      const deliveries = deliveriesOf(events, endpoints, traces);
      await insertDeliveries(tx, deliveries);
      return deliveries.map(({ endpointId }) => endpointId);
    });
    if (due.length > 0) onDue([...new Set(due)]);
    return batch.map(() => 'done' as const);
  };
}

function deliveriesOf(
  events: readonly EventEnvelope[],
  endpoints: readonly EndpointFilter[],
  traces: ReadonlyMap<string, string | undefined>,
): NewDelivery[] {
  return events.flatMap((event) =>
    endpoints
      .filter((endpoint) => webhookWants(endpoint, event))
      .map((endpoint) => deliveryOf(endpoint, event, traces.get(event.id))),
  );
}
