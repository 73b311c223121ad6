import { expect, onTestFinished } from 'vitest';
import { allItems, type MultiwaClient, type WebhookDelivery } from '../../../packages/sdk/dist/index.js';
import {
  type EventLog,
  startWebhookReceiver,
  type WebhookReceiver,
  waitFor,
} from '../../../packages/testkit/dist/index.js';

const SETTLE_TIMEOUT_MS = 60_000;
const SETTLE_EVERY_MS = 250;
/** Slow enough that some are always under way. */
const ANSWER_AFTER_MS = 20;

export interface Endpoint {
  id: string;
  receiver: WebhookReceiver;
}

/** Lets a receiver of the test get every event of a profile from now on. */
export async function openEndpoint(client: MultiwaClient, profileId: string): Promise<Endpoint> {
  const receiver = await startWebhookReceiver({ answerAfterMs: ANSWER_AFTER_MS });
  onTestFinished(() => receiver.stop());
  const { url, secret } = receiver;
  const { id } = await client.webhooks.create({ url, secret, profileId });
  return { id, receiver };
}

/**
 * Waits until every event that was announced since was delivered, of which there are at least `atLeast`: each at least
 * once, with one body whenever it came again, and nothing but those. Then closes the endpoint.
 */
export async function expectDelivered(
  client: MultiwaClient,
  { id, receiver }: Endpoint,
  log: EventLog,
  atLeast: number,
): Promise<void> {
  const bodies = () => {
    const byId = new Map<string, Set<string>>();
    for (const { id: eventId, body } of receiver.received)
      byId.set(eventId, (byId.get(eventId) ?? new Set()).add(body));
    return byId;
  };
  await waitFor(() => log.seen.length >= atLeast && log.seen.every((event) => bodies().has(event.id)), {
    what: `each of at least ${atLeast} events to be delivered`,
    timeoutMs: SETTLE_TIMEOUT_MS,
    everyMs: SETTLE_EVERY_MS,
  });
  const deliveries = await waitFor(
    async () => {
      const all: WebhookDelivery[] = [];
      for await (const delivery of allItems((query) => client.webhooks.deliveries(id, query))) all.push(delivery);
      return all.length >= atLeast && all.every(({ status }) => status === 'DELIVERED') && all;
    },
    { what: 'every delivery to be recorded', timeoutMs: SETTLE_TIMEOUT_MS, everyMs: SETTLE_EVERY_MS },
  );
  await client.webhooks.delete(id);
  expect(receiver.refused).toEqual([]);
  expect(new Set(deliveries.map(({ eventId }) => eventId)).size).toBe(deliveries.length);
  expect([...bodies().keys()].sort()).toEqual(deliveries.map(({ eventId }) => eventId).sort());
  expect([...bodies().values()].filter((each) => each.size !== 1)).toEqual([]);
  const announced = new Map(log.seen.map(({ cursor: _cursor, seenAtMs: _seenAtMs, ...event }) => [event.id, event]));
  for (const { event } of receiver.received) {
    const known = announced.get(event.id);
    if (known) expect(event).toEqual(known);
  }
}
